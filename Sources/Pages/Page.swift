// Views of the pages; see the overview.
