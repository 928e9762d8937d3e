"""The networks: streaming layers, the `live` model of the app and the `reference` model of the paper (torch only)."""
