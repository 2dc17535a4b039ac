// Sessions; see the overview.
