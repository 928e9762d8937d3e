<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>AddVoice</name>
    <message>
        <source>Add a voice</source>
        <translation>Stimme hinzufügen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Name of the voice</source>
        <translation>Name der Stimme</translation>
    </message>
    <message>
        <source>I read some sentences aloud now (two minutes)</source>
        <translation>Ich lese jetzt einige Sätze vor (zwei Minuten)</translation>
    </message>
    <message>
        <source>I have recordings of one person in a folder (1 to 10 minutes)</source>
        <translation>Ich habe Aufnahmen einer Person in einem Ordner (1 bis 10 Minuten)</translation>
    </message>
    <message>
        <source>Choose the folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>The person whose voice this is agrees that it is used.</source>
        <translation>Die Person, der diese Stimme gehört, ist damit einverstanden.</translation>
    </message>
    <message>
        <source>Others can then hear you speak in this voice. Everything happens on this computer; it takes some minutes.</source>
        <translation>Andere hören Sie dann mit dieser Stimme sprechen. Alles geschieht auf diesem Rechner; es dauert einige Minuten.</translation>
    </message>
    <message>
        <source>Microphone level</source>
        <translation>Pegel des Mikrofons</translation>
    </message>
    <message>
        <source>Sentence before</source>
        <translation>Satz davor</translation>
    </message>
    <message>
        <source>Press the button, read the sentence aloud as you would say it, and press again.</source>
        <translation>Drücken Sie den Knopf, lesen Sie den Satz so vor, wie Sie ihn sagen würden, und drücken Sie noch einmal.</translation>
    </message>
    <message>
        <source>Read aloud</source>
        <translation>Vorlesen</translation>
    </message>
    <message>
        <source>Progress of the new voice</source>
        <translation>Fortschritt der neuen Stimme</translation>
    </message>
    <message>
        <source>You can go on with your call meanwhile.</source>
        <translation>Ihr Gespräch können Sie währenddessen fortsetzen.</translation>
    </message>
    <message>
        <source>The voice is being made</source>
        <translation>Die Stimme entsteht</translation>
    </message>
    <message>
        <source>Folder with recordings of one person</source>
        <translation>Ordner mit Aufnahmen einer Person</translation>
    </message>
    <message>
        <source>There is a voice of this name already.</source>
        <translation>Eine Stimme dieses Namens gibt es schon.</translation>
    </message>
    <message>
        <source>Use letters, digits, - and _ for the name.</source>
        <translation>Der Name darf aus Buchstaben, Ziffern, - und _ bestehen.</translation>
    </message>
    <message>
        <source>Make the voice</source>
        <translation>Stimme erstellen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Read it again</source>
        <translation>Noch einmal vorlesen</translation>
    </message>
    <message>
        <source>Done reading</source>
        <translation>Fertig gelesen</translation>
    </message>
    <message>
        <source>{read} of {all} are read</source>
        <translation>{read} von {all} sind gelesen</translation>
    </message>
    <message>
        <source>Looking at the recordings…</source>
        <translation>Die Aufnahmen werden geprüft …</translation>
    </message>
    <message>
        <source>The voice is in the list of voices.</source>
        <translation>Die Stimme steht jetzt in der Liste der Stimmen.</translation>
    </message>
    <message>
        <source>It did not work; all other voices are as they were.</source>
        <translation>Das hat nicht geklappt; alle anderen Stimmen sind, wie sie waren.</translation>
    </message>
    <message>
        <source>Cancelled; all voices are as they were.</source>
        <translation>Abgebrochen; alle Stimmen sind, wie sie waren.</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Likeness to the recordings: {made} of 1 (one half of them to the other: {own})</source>
        <translation>Ähnlichkeit mit den Aufnahmen: {made} von 1 (deren eine Hälfte mit der anderen: {own})</translation>
    </message>
    <message>
        <source>Quality, as a network that was taught by listeners predicts it: {made} of 5 (recordings: {own})</source>
        <translation>Qualität, wie sie ein von Hörern geschultes Netz vorhersagt: {made} von 5 (Aufnahmen: {own})</translation>
    </message>
    <message>
        <source>The {count} other voices are the same as before.</source>
        <translation>Die {count} anderen Stimmen sind dieselben wie zuvor.</translation>
    </message>
    <message>
        <source>The voice is ready</source>
        <translation>Die Stimme ist fertig</translation>
    </message>
    <message>
        <source>The voice was not made</source>
        <translation>Die Stimme wurde nicht gemacht</translation>
    </message>
</context>
<context>
    <name>App</name>
    <message>
        <source>Something went wrong inside this window ({error}). Your call goes on as shown at the left.</source>
        <translation>In diesem Fenster ist etwas schiefgegangen ({error}). Ihr Gespräch läuft weiter wie links angezeigt.</translation>
    </message>
    <message>
        <source>The voices that you added cannot be used ({why}). Those that come with Voxveil are there.</source>
        <translation>Die Stimmen, die Sie hinzugefügt haben, sind nicht verwendbar ({why}). Die mitgelieferten sind da.</translation>
    </message>
    <message>
        <source>Others in your call also hear {programs}, which your system plays into it. Choose another output for it in the sound settings.</source>
        <translation>Andere im Gespräch hören auch {programs}: Ihr System spielt es dort hinein. Wählen Sie dafür in den Klangeinstellungen eine andere Ausgabe.</translation>
    </message>
    <message>
        <source>Nothing but your new voice plays into the call now.</source>
        <translation>Im Gespräch ist jetzt nur noch Ihre neue Stimme zu hören.</translation>
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
    <message>
        <source>No sound from the microphone</source>
        <translation>Kein Ton vom Mikrofon</translation>
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
        <source>The system’s microphone</source>
        <translation>Das Mikrofon des Systems</translation>
    </message>
    <message>
        <source>Voxveil’s virtual microphone</source>
        <translation>Virtuelles Mikrofon von Voxveil</translation>
    </message>
    <message>
        <source>Another voice in every call</source>
        <translation>In jedem Gespräch eine andere</translation>
    </message>
</context>
<context>
    <name>DevicesModel</name>
    <message>
        <source>{name} (not connected)</source>
        <translation>{name} (nicht angeschlossen)</translation>
    </message>
</context>
<context>
    <name>Dictation</name>
    <message>
        <source>Good morning. I would like to tell you how the day began and what I saw on my way to the station.</source>
        <translation>Guten Morgen. Ich möchte Ihnen erzählen, wie der Tag begann und was ich auf dem Weg zum Bahnhof gesehen habe.</translation>
    </message>
    <message>
        <source>The old bridge was closed, so we walked along the river and watched the boats go by in the fog.</source>
        <translation>Die alte Brücke war gesperrt, also gingen wir am Fluss entlang und sahen zu, wie die Boote im Nebel vorbeifuhren.</translation>
    </message>
    <message>
        <source>Could you please hand me the blue jug? Be careful, it is heavier than it looks.</source>
        <translation>Könnten Sie mir bitte den blauen Krug reichen? Vorsicht, er ist schwerer, als er aussieht.</translation>
    </message>
    <message>
        <source>My neighbour grows tomatoes, beans and yellow roses behind a low stone wall.</source>
        <translation>Meine Nachbarin zieht Tomaten, Bohnen und gelbe Rosen hinter einer niedrigen Steinmauer.</translation>
    </message>
    <message>
        <source>What a surprise! I had not thought that you would come all this way on such short notice.</source>
        <translation>Welch eine Überraschung! Ich hätte nicht gedacht, dass ihr so kurzfristig den ganzen Weg herkommt.</translation>
    </message>
    <message>
        <source>They measured the room twice, and both times the table turned out to be too wide.</source>
        <translation>Sie haben das Zimmer zweimal ausgemessen, und beide Male war der Tisch zu breit.</translation>
    </message>
    <message>
        <source>In winter the children skate on the pond until the street lamps are switched on.</source>
        <translation>Im Winter laufen die Kinder auf dem Teich Schlittschuh, bis die Laternen angehen.</translation>
    </message>
    <message>
        <source>I usually pay by card, but this little shop takes nothing but coins.</source>
        <translation>Meistens zahle ich mit Karte, aber dieser kleine Laden nimmt nur Münzen.</translation>
    </message>
    <message>
        <source>She asked three questions: who had called, when it was, and why nobody had answered.</source>
        <translation>Sie stellte drei Fragen: wer angerufen hatte, wann das war und warum niemand ans Telefon ging.</translation>
    </message>
    <message>
        <source>The soup needs some pepper, a pinch of sugar and about ten more minutes.</source>
        <translation>Die Suppe braucht etwas Pfeffer, eine Prise Zucker und noch ungefähr zehn Minuten.</translation>
    </message>
    <message>
        <source>If the weather holds, we will finish painting the fence on Thursday afternoon.</source>
        <translation>Wenn das Wetter hält, streichen wir am Donnerstagnachmittag den Zaun fertig.</translation>
    </message>
    <message>
        <source>Nobody knew the song, and yet after the second verse everybody was singing along.</source>
        <translation>Niemand kannte das Lied, und doch sangen nach der zweiten Strophe alle mit.</translation>
    </message>
    <message>
        <source>Please do not forget the keys; last time we waited outside for half an hour.</source>
        <translation>Bitte vergiss die Schlüssel nicht; letztes Mal haben wir eine halbe Stunde draußen gewartet.</translation>
    </message>
    <message>
        <source>He laughed, shook his head and said that he would rather think about it overnight.</source>
        <translation>Er lachte, schüttelte den Kopf und sagte, er wolle lieber eine Nacht darüber schlafen.</translation>
    </message>
    <message>
        <source>That was the last sentence. Thank you very much for your patience, and see you soon.</source>
        <translation>Das war der letzte Satz. Vielen Dank für Ihre Geduld, und bis bald.</translation>
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
        <source>take sound in</source>
        <translation>Ton holen</translation>
    </message>
    <message>
        <source>give sound out</source>
        <translation>Ton geben</translation>
    </message>
    <message>
        <source>wait for a block</source>
        <translation>Warten</translation>
    </message>
    <message>
        <source>resample in</source>
        <translation>Rate ein</translation>
    </message>
    <message>
        <source>encoder</source>
        <translation>Encoder</translation>
    </message>
    <message>
        <source>decoder</source>
        <translation>Decoder</translation>
    </message>
    <message>
        <source>vocoder</source>
        <translation>Vocoder</translation>
    </message>
    <message>
        <source>all three</source>
        <translation>alle drei</translation>
    </message>
    <message>
        <source>resample out</source>
        <translation>Rate aus</translation>
    </message>
    <message>
        <source>whole block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>wait for output</source>
        <translation>Ausgang</translation>
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
    <name>KeyboardHelp</name>
    <message>
        <source>Keyboard</source>
        <translation>Tastatur</translation>
    </message>
    <message>
        <source>start or stop</source>
        <translation>starten oder stoppen</translation>
    </message>
    <message>
        <source>mute or unmute</source>
        <translation>stumm schalten oder Ton an</translation>
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
        <source>the menu</source>
        <translation>das Menü</translation>
    </message>
    <message>
        <source>talk, while “Push to talk” is on</source>
        <translation>sprechen, solange „Sprechtaste“ an ist</translation>
    </message>
    <message>
        <source>Key that mutes from every window</source>
        <translation>Taste, die aus jedem Fenster stumm schaltet</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>Keine Taste</translation>
    </message>
    <message>
        <source>Mute from every window:</source>
        <translation>Stumm aus jedem Fenster:</translation>
    </message>
    <message>
        <source>This key works in every window.</source>
        <translation>Diese Taste wirkt in jedem Fenster.</translation>
    </message>
    <message>
        <source>Another program uses this key; choose another one.</source>
        <translation>Ein anderes Programm benutzt diese Taste; wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>No key is chosen.</source>
        <translation>Es ist keine Taste gewählt.</translation>
    </message>
    <message>
        <source>This desktop gives keys to its own settings only: bind a key there to {command}</source>
        <translation>Diese Arbeitsumgebung vergibt Tasten nur in ihren eigenen Einstellungen: Legen Sie dort eine auf {command}</translation>
    </message>
</context>
<context>
    <name>MainMenu</name>
    <message>
        <source>Add a voice…</source>
        <translation>Stimme hinzufügen …</translation>
    </message>
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
        <source>Delay</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>As short as it can be</source>
        <translation>So kurz wie möglich</translation>
    </message>
    <message>
        <source>10 ms more: keeps more of the melody</source>
        <translation>10 ms mehr: behält mehr von der Melodie</translation>
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
    <name>OwnVoices</name>
    <message>
        <source>Remove the voice “{name}”?</source>
        <translation>Die Stimme „{name}“ entfernen?</translation>
    </message>
    <message>
        <source>It cannot be brought back; recordings stay. A running call goes on in another voice.</source>
        <translation>Sie lässt sich nicht zurückholen; Aufnahmen bleiben. Ein laufendes Gespräch geht mit einer anderen Stimme weiter.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
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
        <translation>Sprechtaste (Leertaste)</translation>
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
</context>
<context>
    <name>SoundPanel</name>
    <message>
        <source>Too loud</source>
        <translation>Zu laut</translation>
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
        <source>Remove this voice…</source>
        <translation>Diese Stimme entfernen…</translation>
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
        <source>Nothing at all comes from this microphone. Is it switched on, and may programs use it (the system’s privacy settings)?</source>
        <translation>Von diesem Mikrofon kommt gar nichts. Ist es eingeschaltet, und dürfen Programme es benutzen (Datenschutzeinstellungen des Systems)?</translation>
    </message>
    <message>
        <source>Microphone:  {name}</source>
        <translation>Mikrofon:  {name}</translation>
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
<context>
    <name>_Table</name>
    <message>
        <source>microphone</source>
        <translation>Mikrofon</translation>
    </message>
    <message>
        <source>a block</source>
        <translation>ein Block</translation>
    </message>
    <message>
        <source>look-ahead</source>
        <translation>Vorausschau</translation>
    </message>
    <message>
        <source>resampling</source>
        <translation>Umrechnen der Abtastrate</translation>
    </message>
    <message>
        <source>computing and waiting</source>
        <translation>Rechnen und Warten</translation>
    </message>
    <message>
        <source>virtual microphone or loudspeaker</source>
        <translation>virtuelles Mikrofon oder Lautsprecher</translation>
    </message>
    <message>
        <source>microphone overflow</source>
        <translation>Überlauf des Mikrofons</translation>
    </message>
    <message>
        <source>microphone gaps</source>
        <translation>Lücken des Mikrofons</translation>
    </message>
    <message>
        <source>output gaps</source>
        <translation>Lücken der Ausgabe</translation>
    </message>
    <message>
        <source>output overflow</source>
        <translation>Überlauf der Ausgabe</translation>
    </message>
    <message>
        <source>late blocks</source>
        <translation>späte Blöcke</translation>
    </message>
    <message>
        <source>early blocks</source>
        <translation>frühe Blöcke</translation>
    </message>
    <message>
        <source>backlog dropped</source>
        <translation>Rückstand verworfen</translation>
    </message>
    <message>
        <source>bad samples in</source>
        <translation>ungültige Werte hinein</translation>
    </message>
    <message>
        <source>bad samples out</source>
        <translation>ungültige Werte heraus</translation>
    </message>
    <message>
        <source>stalled output</source>
        <translation>Ausgabe stand</translation>
    </message>
    <message>
        <source>The computer is too busy, so nothing is sent. Close other programs.</source>
        <translation>Der Rechner ist zu beschäftigt, daher wird nichts gesendet. Schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>Opening microphone and virtual microphone.</source>
        <translation>Mikrofon und virtuelles Mikrofon werden geöffnet.</translation>
    </message>
    <message>
        <source>Nothing is sent. The devices are being opened again.</source>
        <translation>Es wird nichts gesendet. Die Geräte werden neu geöffnet.</translation>
    </message>
    <message>
        <source>Silence is sent until the new voice is ready.</source>
        <translation>Bis die neue Stimme bereit ist, wird Stille gesendet.</translation>
    </message>
    <message>
        <source>Nothing is sent yet: waiting for sound from the microphone.</source>
        <translation>Es wird noch nichts gesendet: Der Ton des Mikrofons fehlt noch.</translation>
    </message>
    <message>
        <source>Others hear nothing until you switch the sound on again.</source>
        <translation>Andere hören nichts, bis Sie den Ton wieder einschalten.</translation>
    </message>
    <message>
        <source>Nothing is sent. The voice had stopped and is being started again.</source>
        <translation>Es wird nichts gesendet. Die Stimme war ausgefallen und wird neu gestartet.</translation>
    </message>
    <message>
        <source>There is no virtual microphone: PulseAudio or PipeWire has to run. Or choose where your voice goes to.</source>
        <translation>Es gibt kein virtuelles Mikrofon: PulseAudio oder PipeWire muss laufen. Oder wählen Sie, wohin Ihre Stimme geht.</translation>
    </message>
    <message>
        <source>No virtual microphone is installed. Get {product} and start Voxveil again, or choose where your voice goes to.</source>
        <translation>Es ist kein virtuelles Mikrofon installiert. Besorgen Sie {product} und starten Sie Voxveil neu, oder wählen Sie, wohin Ihre Stimme geht.</translation>
    </message>
    <message>
        <source>The microphone “{name}” is not connected. Connect it, or choose another one.</source>
        <translation>Das Mikrofon „{name}“ ist nicht angeschlossen. Schließen Sie es an oder wählen Sie ein anderes.</translation>
    </message>
    <message>
        <source>“{name}” is not connected. Connect it, or choose where your voice goes to.</source>
        <translation>„{name}“ ist nicht angeschlossen. Schließen Sie es an oder wählen Sie, wohin Ihre Stimme geht.</translation>
    </message>
    <message>
        <source>Several microphones are called “{name}”. Choose one.</source>
        <translation>Mehrere Mikrofone heißen „{name}“. Wählen Sie eines aus.</translation>
    </message>
    <message>
        <source>No microphone was found. Connect one, and allow programs to use it in the system’s privacy settings.</source>
        <translation>Es wurde kein Mikrofon gefunden. Schließen Sie eines an und erlauben Sie Programmen in den Datenschutzeinstellungen des Systems, es zu benutzen.</translation>
    </message>
    <message>
        <source>“{name}” is what Voxveil itself plays. Choose your own microphone.</source>
        <translation>„{name}“ ist das, was Voxveil selbst abspielt. Wählen Sie Ihr eigenes Mikrofon.</translation>
    </message>
    <message>
        <source>“{name}” may not be used. Close other programs that use it, or allow it in the privacy settings.</source>
        <translation>„{name}“ darf nicht benutzt werden. Schließen Sie andere Programme, die es benutzen, oder erlauben Sie es in den Datenschutzeinstellungen.</translation>
    </message>
    <message>
        <source>“{name}” cannot be opened. Close other programs that use it, or choose another device.</source>
        <translation>„{name}“ lässt sich nicht öffnen. Schließen Sie andere Programme, die es benutzen, oder wählen Sie ein anderes Gerät.</translation>
    </message>
    <message>
        <source>The microphone gives no sound, so nothing is sent. Is it connected? It is used again once it is back.</source>
        <translation>Vom Mikrofon kommt kein Ton, daher wird nichts gesendet. Ist es angeschlossen? Sobald es wieder da ist, geht es weiter.</translation>
    </message>
    <message>
        <source>The sound cannot be delivered, so nothing is sent. It goes on by itself once the device is back.</source>
        <translation>Der Ton lässt sich nicht ausgeben, daher wird nichts gesendet. Sobald das Gerät wieder da ist, geht es von selbst weiter.</translation>
    </message>
    <message>
        <source>Nothing is sent. The system chose another microphone.</source>
        <translation>Es wird nichts gesendet. Das System hat ein anderes Mikrofon gewählt.</translation>
    </message>
    <message>
        <source>The computer’s sound system does not run. Restart the computer, or start PipeWire or PulseAudio.</source>
        <translation>Das Tonsystem des Rechners läuft nicht. Starten Sie den Rechner neu, oder starten Sie PipeWire oder PulseAudio.</translation>
    </message>
    <message>
        <source>Nothing is sent: the computer’s sound system stopped. It goes on by itself once that is back.</source>
        <translation>Es wird nichts gesendet: Das Tonsystem des Rechners steht. Sobald es wieder läuft, geht es von selbst weiter.</translation>
    </message>
    <message>
        <source>The voice stops again and again. Close other programs, or restart the computer.</source>
        <translation>Die Stimme fällt immer wieder aus. Schließen Sie andere Programme oder starten Sie den Rechner neu.</translation>
    </message>
    <message>
        <source>The voices were not found. Install Voxveil again.</source>
        <translation>Die Stimmen wurden nicht gefunden. Installieren Sie Voxveil neu.</translation>
    </message>
    <message>
        <source>The voices are damaged ({name}). Install Voxveil again.</source>
        <translation>Die Stimmen sind beschädigt ({name}). Installieren Sie Voxveil neu.</translation>
    </message>
    <message>
        <source>The voices are incomplete ({name}). Install Voxveil again.</source>
        <translation>Die Stimmen sind unvollständig ({name}). Installieren Sie Voxveil neu.</translation>
    </message>
    <message>
        <source>The recording ended early; the disk may be full. What was recorded until then is kept: {name}</source>
        <translation>Die Aufnahme endete vorzeitig; vielleicht ist der Datenträger voll. Was bis dahin aufgenommen wurde, bleibt erhalten: {name}</translation>
    </message>
    <message>
        <source>The disk was too slow, so the recording has gaps. It is kept: {name}</source>
        <translation>Der Datenträger war zu langsam, daher hat die Aufnahme Lücken. Sie bleibt erhalten: {name}</translation>
    </message>
    <message>
        <source>The disk is full. Make room; then record again.</source>
        <translation>Der Datenträger ist voll. Schaffen Sie Platz und nehmen Sie dann neu auf.</translation>
    </message>
    <message>
        <source>The sound cannot be played. Are loudspeakers or headphones connected?</source>
        <translation>Der Ton lässt sich nicht abspielen. Sind Lautsprecher oder Kopfhörer angeschlossen?</translation>
    </message>
    <message>
        <source>That folder may not be written to. Choose another one under Menu, Recordings.</source>
        <translation>In diesen Ordner darf nicht geschrieben werden. Wählen Sie unter Menü, Aufnahmen einen anderen.</translation>
    </message>
</context>
</TS>
