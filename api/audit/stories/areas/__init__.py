"""What each kind of event is told as, an area a module: whoever adds an event adds its sentences here."""
