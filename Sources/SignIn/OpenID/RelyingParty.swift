// OpenID Connect relying party; see the overview.
