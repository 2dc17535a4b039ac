import GatehouseTesting

extension TokenMint {
    /// Writes a configuration whose provider has this key, and returns its path.
    func configuration(in workspace: TemporaryDirectory, mappings more: String = "") throws -> String {
        _ = workspace.file("keys.json", try keySet)
        return workspace.file(
            "gatehouse.jsonc",
            #"""
            {
              "public_url": "https://a.example", "listen": "127.0.0.1:1", "storage": "sqlite:g.db",
              "providers": [{"id": "idp", "issuer": "https://idp.example", "audiences": ["api"], "keys": "keys.json"},
                            {"id": "other", "issuer": "https://other.example", "audiences": ["api"]}],
              "organizations": [
                {"id": "acme", "providers": ["idp"], "claim_mappings": [
                  {"claim_name": "groups", "claim_value": "leads", "role": "organization-manager"},
                  {"claim_name": "groups", "claim_value": "soc-*", "match": "glob", "role": "organization-viewer"},
                  \#(more)]},
                {"id": "globex", "providers": ["other"]},
              ]
            }
            """#)
    }
}
