extension OpenAPI {
    /// The schemas of applications behind the gateway, as members of a JSON object.
    static let upstreamSchemas = #"""
          "UpstreamCondition": {
            "type": "object",
            "properties": {
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "claim_name": {"type": "string"},
              "claim_value": {"type": "string"},
              "match": {"type": "string", "enum": ["equals", "glob", "exists"]},
              "split": {"type": "string"},
              "verdict": {"type": ["string", "null"]},
              "near_miss": {"type": "boolean"}
            }
          },
          "UpstreamRule": {
            "type": "object",
            "required": ["rank", "path", "methods", "allow"],
            "properties": {
              "rank": {"type": "integer", "minimum": 1},
              "path": {"type": "string"},
              "methods": {"type": ["array", "null"], "items": {"type": "string"}},
              "allow": {
                "oneOf": [
                  {"type": "string", "enum": ["anyone"]},
                  {"type": "array", "items": {"$ref": "#/components/schemas/UpstreamCondition"}}
                ]
              },
              "verdict": {"type": "string", "enum": ["matched", "shadowed", "path_mismatch", "method_mismatch"]},
              "near_miss": {"type": "boolean"}
            }
          },
          "Upstream": {
            "type": "object",
            "required": ["id", "name", "url", "access"],
            "properties": {
              "id": {"type": "string"},
              "name": {"type": "string"},
              "url": {"type": "string"},
              "access": {"type": "array", "items": {"$ref": "#/components/schemas/UpstreamRule"}}
            }
          },
          "UpstreamExplainRequest": {
            "type": "object",
            "required": ["path"],
            "properties": {
              "method": {"type": "string", "minLength": 1, "maxLength": 255, "default": "GET"},
              "path": {"type": "string", "minLength": 1, "maxLength": 8192},
              "token": {"type": "string", "minLength": 1, "maxLength": 16384},
              "provider": {"type": "string"},
              "claims": {"type": "object"},
              "identity_id": {"type": "string"}
            },
            "additionalProperties": false
          },
          "UpstreamExplanation": {
            "type": "object",
            "required": ["valid", "identity"],
            "properties": {
              "valid": {"type": "boolean"},
              "dry_run": {"type": "boolean"},
              "identity": {"oneOf": [{"$ref": "#/components/schemas/Identity"}, {"type": "null"}]},
              "upstream": {"type": "string"},
              "organization": {"type": "string"},
              "method": {"type": "string"},
              "path": {"type": "string", "description": "The path, percent-decoded."},
              "decision": {"type": "string", "enum": ["permit", "sign_in", "refuse"]},
              "reason": {"type": ["string", "null"]},
              "detail": {"type": "string"},
              "rule": {"type": ["integer", "null"], "description": "The rank of the rule that decides."},
              "rules": {"type": "array", "items": {"$ref": "#/components/schemas/UpstreamRule"}},
              "access": {"type": ["object", "null"]}
            }
          }
        """#
}
