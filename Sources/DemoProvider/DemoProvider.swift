// A small OpenID provider; see the overview.
