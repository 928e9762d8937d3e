<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>App</name>
    <message>
        <source>Something went wrong inside this window ({error}). Your call goes on as shown at the left.</source>
        <translation>In diesem Fenster ist etwas schiefgegangen ({error}). Ihr Gespräch läuft weiter wie links angezeigt.</translation>
    </message>
    <message>
        <source>Keep Voxveil running when its window is closed?</source>
        <translation>Soll Voxveil weiterlaufen, wenn das Fenster geschlossen wird?</translation>
    </message>
    <message>
        <source>It then stays in the tray, and a running call stays protected.</source>
        <translation>Es bleibt dann in der Taskleiste, und ein laufendes Gespräch bleibt geschützt.</translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation>Weiterlaufen lassen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Quit Voxveil?</source>
        <translation>Voxveil beenden?</translation>
    </message>
    <message>
        <source>The call program will hear silence from then on.</source>
        <translation>Das Gesprächsprogramm hört dann nur noch Stille.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Recorded: {path}</source>
        <translation>Aufgenommen: {path}</translation>
    </message>
</context>
<context>
    <name>CallButtons</name>
    <message>
        <source>Record what others hear. Your own voice is never recorded. (Ctrl+R)</source>
        <translation>Nimmt auf, was andere hören. Ihre eigene Stimme wird nie aufgenommen. (Strg+R)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Ctrl+Return</source>
        <translation>Strg+Eingabe</translation>
    </message>
    <message>
        <source>Unmute</source>
        <translation>Ton an</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Others hear nothing while muted. (Ctrl+M)</source>
        <translation>Andere hören nichts, solange Sie stumm sind. (Strg+M)</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>Aufnehmen</translation>
    </message>
    <message>
        <source>Stop recording, {minutes} minutes {seconds} seconds</source>
        <translation>Aufnahme beenden, {minutes} Minuten {seconds} Sekunden</translation>
    </message>
</context>
<context>
    <name>CallPage</name>
    <message>
        <source>You · stays on this computer</source>
        <translation>Sie · bleibt auf diesem Rechner</translation>
    </message>
    <message>
        <source>Picture of your voice</source>
        <translation>Bild Ihrer Stimme</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>What others hear</source>
        <translation>Was andere hören</translation>
    </message>
    <message>
        <source>Picture of the voice that is sent</source>
        <translation>Bild der gesendeten Stimme</translation>
    </message>
    <message>
        <source>Level that is sent</source>
        <translation>Gesendeter Pegel</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Finer controls</source>
        <translation>Feineinstellungen</translation>
    </message>
</context>
<context>
    <name>DeviceChoosers</name>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Voice</source>
        <translation>Stimme</translation>
    </message>
    <message>
        <source>Goes to</source>
        <translation>Geht an</translation>
    </message>
    <message>
        <source>Choose “Voxveil” as the microphone in your call program.</source>
        <translation>Wählen Sie im Gesprächsprogramm „Voxveil“ als Mikrofon.</translation>
    </message>
    <message>
        <source>(not connected)</source>
        <translation>(nicht angeschlossen)</translation>
    </message>
    <message>
        <source>The system’s microphone</source>
        <translation>Das Mikrofon des Systems</translation>
    </message>
    <message>
        <source>Voxveil’s virtual microphone</source>
        <translation>Virtuelles Mikrofon von Voxveil</translation>
    </message>
</context>
<context>
    <name>FilePage</name>
    <message>
        <source>Drop recordings here</source>
        <translation>Aufnahmen hier ablegen</translation>
    </message>
    <message>
        <source>Choose files…</source>
        <translation>Dateien wählen …</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>Liste leeren</translation>
    </message>
    <message>
        <source>Recordings</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>Choose recordings</source>
        <translation>Aufnahmen wählen</translation>
    </message>
    <message>
        <source>Choose a folder of recordings</source>
        <translation>Ordner mit Aufnahmen wählen</translation>
    </message>
    <message>
        <source>There are no recordings in there.</source>
        <translation>Darin sind keine Aufnahmen.</translation>
    </message>
    <message>
        <source>They are spoken again by {voice}. The results stand beside them; nothing is overwritten.</source>
        <translation>Sie werden von {voice} neu gesprochen. Die Ergebnisse liegen daneben; nichts wird überschrieben.</translation>
    </message>
</context>
<context>
    <name>FileRow</name>
    <message>
        <source>Progress of {name}</source>
        <translation>Fortschritt von {name}</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>Done: {name}</source>
        <translation>Fertig: {name}</translation>
    </message>
    <message>
        <source>Did not work: {message}</source>
        <translation>Ging nicht: {message}</translation>
    </message>
    <message>
        <source>cancelled; nothing was written</source>
        <translation>abgebrochen; nichts wurde geschrieben</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Listen to {name}</source>
        <translation>{name} anhören</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Pipeline time and delay over the last minutes</source>
        <translation>Rechenzeit und Verzögerung der letzten Minuten</translation>
    </message>
    <message>
        <source>delay</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>computing, p99</source>
        <translation>Rechnen, p99</translation>
    </message>
    <message>
        <source>computing, p50</source>
        <translation>Rechnen, p50</translation>
    </message>
    <message>
        <source>Stage, ms</source>
        <translation>Stufe, ms</translation>
    </message>
    <message>
        <source>Time per stage</source>
        <translation>Zeit je Stufe</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Dropouts</source>
        <translation>Aussetzer</translation>
    </message>
    <message>
        <source>Silenced blocks</source>
        <translation>Stille Blöcke</translation>
    </message>
    <message>
        <source>Clock drift</source>
        <translation>Taktabweichung</translation>
    </message>
    <message>
        <source>Waiting sound</source>
        <translation>Wartender Ton</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>Läuft auf</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Restarts</source>
        <translation>Neustarts</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
</context>
<context>
    <name>MainMenu</name>
    <message>
        <source>Recordings</source>
        <translation>Aufnahmen</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Choose another folder…</source>
        <translation>Anderen Ordner wählen …</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Keep running when the window is closed</source>
        <translation>Weiterlaufen, wenn das Fenster geschlossen wird</translation>
    </message>
    <message>
        <source>Set up again…</source>
        <translation>Neu einrichten …</translation>
    </message>
    <message>
        <source>Keyboard…</source>
        <translation>Tastatur …</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>The language changes when Voxveil is started again.</source>
        <translation>Die Sprache wechselt beim nächsten Start von Voxveil.</translation>
    </message>
    <message>
        <source>Nothing has been recorded yet.</source>
        <translation>Bisher wurde nichts aufgenommen.</translation>
    </message>
    <message>
        <source>Folder for recordings</source>
        <translation>Ordner für Aufnahmen</translation>
    </message>
    <message>
        <source>start or stop</source>
        <translation>starten oder stoppen</translation>
    </message>
    <message>
        <source>mute or unmute</source>
        <translation>stumm oder Ton an</translation>
    </message>
    <message>
        <source>record or stop recording</source>
        <translation>aufnehmen oder Aufnahme beenden</translation>
    </message>
    <message>
        <source>new person</source>
        <translation>neue Person</translation>
    </message>
    <message>
        <source>calls, files</source>
        <translation>Gespräch, Dateien</translation>
    </message>
    <message>
        <source>this menu</source>
        <translation>dieses Menü</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Leertaste</translation>
    </message>
    <message>
        <source>talk, while “Push to talk” is on</source>
        <translation>sprechen, solange „Sprechtaste“ an ist</translation>
    </message>
    <message>
        <source>For keys that work in every window, let your desktop run this command on a key of your choice:</source>
        <translation>Für Tasten, die in jedem Fenster wirken, lassen Sie Ihren Desktop auf eine Taste Ihrer Wahl diesen Befehl ausführen:</translation>
    </message>
    <message>
        <source>Keyboard</source>
        <translation>Tastatur</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Call</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
    <message>
        <source>Menu (F10)</source>
        <translation>Menü (F10)</translation>
    </message>
</context>
<context>
    <name>NoticeBar</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>The preset “{name}” does not fit this version ({error}); keep it anew.</source>
        <translation>Die Vorlage „{name}“ passt nicht zu dieser Version ({error}); legen Sie sie neu an.</translation>
    </message>
</context>
<context>
    <name>PresetsMenu</name>
    <message>
        <source>Presets</source>
        <translation>Vorlagen</translation>
    </message>
    <message>
        <source>Keep the present settings as…</source>
        <translation>Jetzige Einstellungen behalten als …</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Name of the preset:</source>
        <translation>Name der Vorlage:</translation>
    </message>
</context>
<context>
    <name>SoundControls</name>
    <message>
        <source>Liveliness</source>
        <translation>Lebendigkeit</translation>
    </message>
    <message>
        <source>How much of your own melody and emphasis others hear. Less is harder to recognise.</source>
        <translation>Wie viel von Ihrer Sprachmelodie und Betonung andere hören. Weniger ist schwerer wiederzuerkennen.</translation>
    </message>
    <message>
        <source>Microphone volume</source>
        <translation>Lautstärke des Mikrofons</translation>
    </message>
    <message>
        <source>Raise it when you are heard too quietly; lower it when the red lamp lights up.</source>
        <translation>Höher, wenn man Sie zu leise hört; niedriger, wenn die rote Lampe leuchtet.</translation>
    </message>
    <message>
        <source>Ignore background noise</source>
        <translation>Hintergrund ausblenden</translation>
    </message>
    <message>
        <source>Sounds quieter than this are sent as silence.</source>
        <translation>Was leiser ist, wird als Stille gesendet.</translation>
    </message>
    <message>
        <source>Listen to yourself</source>
        <translation>Sich selbst hören</translation>
    </message>
    <message>
        <source>Start muted</source>
        <translation>Stumm beginnen</translation>
    </message>
    <message>
        <source>Push to talk (hold Space)</source>
        <translation>Sprechtaste (Leertaste halten)</translation>
    </message>
    <message>
        <source>as you speak</source>
        <translation>wie Sie sprechen</translation>
    </message>
    <message>
        <source>flat</source>
        <translation>eintönig</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>(not connected)</source>
        <translation>(nicht angeschlossen)</translation>
    </message>
</context>
<context>
    <name>StateCard</name>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Nothing is sent. Press Start when you are ready.</source>
        <translation>Nichts wird gesendet. Drücken Sie Start, wenn Sie so weit sind.</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>Gleich bereit</translation>
    </message>
    <message>
        <source>Silence is sent until the new voice is ready.</source>
        <translation>Bis die neue Stimme bereit ist, wird Stille gesendet.</translation>
    </message>
    <message>
        <source>Others hear {voice}. Your own voice stays on this computer.</source>
        <translation>Andere hören {voice}. Ihre eigene Stimme bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <source>Protected</source>
        <translation>Geschützt</translation>
    </message>
    <message>
        <source>The computer is busy: some moments were sent as silence. Your own voice was not sent.</source>
        <translation>Der Rechner ist ausgelastet: Manche Augenblicke wurden als Stille gesendet, Ihre eigene Stimme nicht.</translation>
    </message>
    <message>
        <source>Protected, with gaps</source>
        <translation>Geschützt, mit Lücken</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Others hear nothing until you switch the sound on again.</source>
        <translation>Andere hören nichts, bis Sie den Ton wieder einschalten.</translation>
    </message>
    <message>
        <source>Silent</source>
        <translation>Stille</translation>
    </message>
    <message>
        <source>Nothing is sent: the voice is not ready. Trying again.</source>
        <translation>Nichts wird gesendet: Die Stimme ist nicht bereit. Ein neuer Versuch läuft.</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Nothing is sent. Press Start to try again.</source>
        <translation>Nichts wird gesendet. Drücken Sie Start für einen neuen Versuch.</translation>
    </message>
    <message>
        <source>Delay {ms} ms</source>
        <translation>Verzögerung {ms} ms</translation>
    </message>
    <message>
        <source>Measured from the microphone to the call:</source>
        <translation>Gemessen vom Mikrofon bis zum Gespräch:</translation>
    </message>
    <message>
        <source>Delay not known yet</source>
        <translation>Verzögerung noch nicht bekannt</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Open Voxveil</source>
        <translation>Voxveil öffnen</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>getting ready</source>
        <translation>gleich bereit</translation>
    </message>
    <message>
        <source>protected</source>
        <translation>geschützt</translation>
    </message>
    <message>
        <source>protected, with gaps</source>
        <translation>geschützt, mit Lücken</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>stumm</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>Stille</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
</context>
<context>
    <name>VoiceMapView</name>
    <message>
        <source>Map of voices</source>
        <translation>Karte der Stimmen</translation>
    </message>
    <message>
        <source>Click a voice, or between two voices to mix them. Arrow keys move the point.</source>
        <translation>Klicken Sie auf eine Stimme oder zwischen zwei, um sie zu mischen. Pfeiltasten bewegen den Punkt.</translation>
    </message>
</context>
<context>
    <name>VoiceMixer</name>
    <message>
        <source>First voice of the mix</source>
        <translation>Erste Stimme der Mischung</translation>
    </message>
    <message>
        <source>Second voice of the mix</source>
        <translation>Zweite Stimme der Mischung</translation>
    </message>
    <message>
        <source>How much of the second voice</source>
        <translation>Anteil der zweiten Stimme</translation>
    </message>
    <message>
        <source>New person</source>
        <translation>Neue Person</translation>
    </message>
    <message>
        <source>Make a voice that nobody has. It is kept in the list of voices.</source>
        <translation>Erzeugt eine Stimme, die niemand hat. Sie bleibt in der Liste der Stimmen.</translation>
    </message>
    <message>
        <source>Listen to this voice</source>
        <translation>Diese Stimme anhören</translation>
    </message>
    <message>
        <source>Hear this voice speak a sentence. Only you hear it.</source>
        <translation>Hören Sie einen Satz in dieser Stimme. Nur Sie hören ihn.</translation>
    </message>
    <message>
        <source>Favourite</source>
        <translation>Favorit</translation>
    </message>
    <message>
        <source>Keep this voice at the top of the list</source>
        <translation>Diese Stimme oben in der Liste halten</translation>
    </message>
    <message>
        <source>Forget this person</source>
        <translation>Diese Person vergessen</translation>
    </message>
    <message>
        <source>Mix two voices</source>
        <translation>Zwei Stimmen mischen</translation>
    </message>
</context>
<context>
    <name>VoiceTest</name>
    <message>
        <source>The test was interrupted; try it again.</source>
        <translation>Der Test wurde unterbrochen; versuchen Sie es noch einmal.</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Welcome to Voxveil</source>
        <translation>Willkommen bei Voxveil</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>Others hear a different person</source>
        <translation>Andere hören eine andere Person</translation>
    </message>
    <message>
        <source>Voxveil speaks your words in a voice that belongs to nobody. Everything happens on this computer: nothing is sent anywhere, and no sound is kept.

Choose your microphone and say something.</source>
        <translation>Voxveil spricht Ihre Worte mit einer Stimme, die niemandem gehört. Alles geschieht auf diesem Rechner: Nichts wird irgendwohin gesendet, kein Ton wird behalten.

Wählen Sie Ihr Mikrofon und sagen Sie etwas.</translation>
    </message>
    <message>
        <source>Microphone:  Voxveil</source>
        <translation>Mikrofon:  Voxveil</translation>
    </message>
    <message>
        <source>Tell your call program</source>
        <translation>Im Gesprächsprogramm</translation>
    </message>
    <message>
        <source>Open the sound settings of the program you make calls with, and choose this microphone there. You need to do this once.

Whenever Voxveil does not show “Protected”, others hear silence.</source>
        <translation>Öffnen Sie die Toneinstellungen des Programms, mit dem Sie telefonieren, und wählen Sie dort dieses Mikrofon. Das ist nur einmal nötig.

Solange Voxveil nicht „Geschützt“ zeigt, hören andere Stille.</translation>
    </message>
    <message>
        <source>Hear yourself</source>
        <translation>Hören Sie sich selbst</translation>
    </message>
    <message>
        <source>Say a sentence. After three seconds you hear it as others will. The recording is then deleted.</source>
        <translation>Sagen Sie einen Satz. Nach drei Sekunden hören Sie ihn, wie andere ihn hören. Die Aufnahme wird danach gelöscht.</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>(not connected)</source>
        <translation>(nicht angeschlossen)</translation>
    </message>
    <message>
        <source>The system’s microphone</source>
        <translation>Das Mikrofon des Systems</translation>
    </message>
    <message>
        <source>No microphone was found. Connect one, then open the list again.</source>
        <translation>Kein Mikrofon gefunden. Schließen Sie eines an und öffnen Sie die Liste erneut.</translation>
    </message>
    <message>
        <source>That is very loud. Move back a little, or lower the microphone’s volume.</source>
        <translation>Das ist sehr laut. Gehen Sie etwas zurück oder stellen Sie das Mikrofon leiser.</translation>
    </message>
    <message>
        <source>Your microphone works.</source>
        <translation>Ihr Mikrofon funktioniert.</translation>
    </message>
    <message>
        <source>Speak for three seconds</source>
        <translation>Drei Sekunden sprechen</translation>
    </message>
    <message>
        <source>Listening…</source>
        <translation>Hört zu …</translation>
    </message>
    <message>
        <source>This is you</source>
        <translation>Das sind Sie</translation>
    </message>
    <message>
        <source>Once more</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <source>That is how you sound. You can change the voice in the window.</source>
        <translation>So klingen Sie. Die Stimme können Sie im Fenster ändern.</translation>
    </message>
</context>
</TS>
