"""Orders of the back office: placed, amended, paid and handed over in parts, lapsed and cancelled."""
