"""Files of reports, to be written later."""
