internal import Endpoints

extension OpenAPI {
    private static let codes = Problem.Code.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")

    /// Schemas of requests and responses, by name (JSON Schema 2020-12).
    static let schemas = "{\(generalSchemas),\(managementSchemas),\(upstreamSchemas)}"

    /// Schemas for errors, identities, metrics and inventories.
    private static let generalSchemas = #"""
          "Role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
          "OptionalRole": {
            "type": ["string", "null"], "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
          },
          "Problem": {
            "type": "object",
            "required": ["type", "title", "status", "code", "detail", "request_id"],
            "properties": {
              "type": {"type": "string"},
              "title": {"type": "string"},
              "status": {"type": "integer"},
              "code": {"type": "string", "enum": [\#(codes)]},
              "detail": {"type": "string"},
              "request_id": {"type": "string"},
              "reason": {"type": "string"},
              "errors": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["pointer", "detail"],
                  "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}
                }
              }
            }
          },
          "Identity": {
            "type": "object",
            "required": ["provider", "issuer", "subject", "email"],
            "properties": {
              "provider": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": ["string", "null"]},
              "email": {"type": ["string", "null"]}
            }
          },
          "Me": {
            "type": "object",
            "required": ["identity", "roles", "sessions", "time_zone", "csrf_token"],
            "properties": {
              "identity": {"$ref": "#/components/schemas/Identity"},
              "roles": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["organization", "role", "source", "mapping"],
                  "properties": {
                    "organization": {"type": "string"},
                    "role": {"$ref": "#/components/schemas/Role"},
                    "source": {"type": "string"},
                    "mapping": {"type": ["string", "null"]}
                  }
                }
              },
              "sessions": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["id", "created_at", "last_used_at", "device", "ip", "user_agent", "current"],
                  "properties": {
                    "id": {"type": "string"},
                    "created_at": {"type": "string", "format": "date-time"},
                    "last_used_at": {"type": "string", "format": "date-time"},
                    "device": {"type": "string"},
                    "ip": {"type": "string"},
                    "user_agent": {"type": "string"},
                    "current": {"type": "boolean"}
                  }
                }
              },
              "time_zone": {"type": ["string", "null"]},
              "csrf_token": {"type": ["string", "null"]}
            }
          },
          "MeChange": {
            "type": "object",
            "required": ["time_zone"],
            "properties": {"time_zone": {"type": ["string", "null"]}},
            "additionalProperties": false
          },
          "Organization": {
            "type": "object",
            "required": ["id", "name", "role"],
            "properties": {
              "id": {"type": "string"},
              "name": {"type": "string"},
              "role": {"$ref": "#/components/schemas/Role"}
            }
          },
          "Workspace": {
            "type": "object",
            "required": [
              "id",
              "name",
              "created_at",
              "workflows",
              "nested_workflows",
              "workflow_editors",
              "case_operators",
              "runners",
              "owners",
              "change_30d",
              "published_at"
            ],
            "properties": {
              "id": {"type": "string"},
              "name": {"type": "string"},
              "created_at": {"type": ["string", "null"]},
              "workflows": {"type": "integer", "minimum": 0},
              "nested_workflows": {"type": "integer", "minimum": 0},
              "workflow_editors": {"type": "integer", "minimum": 0},
              "case_operators": {"type": "integer", "minimum": 0},
              "runners": {"type": "integer", "minimum": 0},
              "owners": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["email", "name"],
                  "properties": {"email": {"type": "string"}, "name": {"type": "string"}}
                }
              },
              "change_30d": {
                "type": "object",
                "description": "The difference to 30 days ago for each metric; null if its history is shorter.",
                "required": ["workflows", "nested_workflows", "workflow_editors", "case_operators", "runners"],
                "properties": {
                  "workflows": {"type": ["integer", "null"]},
                  "nested_workflows": {"type": ["integer", "null"]},
                  "workflow_editors": {"type": ["integer", "null"]},
                  "case_operators": {"type": ["integer", "null"]},
                  "runners": {"type": ["integer", "null"]}
                }
              },
              "published_at": {"type": ["string", "null"], "format": "date-time"}
            }
          },
          "Summary": {
            "type": "object",
            "required": ["workspaces", "recounting", "metrics"],
            "properties": {
              "workspaces": {"type": "integer", "minimum": 0},
              "recounting": {"type": "boolean"},
              "metrics": {
                "type": "object",
                "additionalProperties": {
                  "type": "object",
                  "required": [
                    "total", "distinct", "licensed", "used", "state", "change_30d", "reaches_license_on"
                  ],
                  "properties": {
                    "total": {"type": "integer", "minimum": 0},
                    "distinct": {"type": ["integer", "null"]},
                    "licensed": {"type": ["integer", "null"]},
                    "used": {"type": ["number", "null"]},
                    "state": {"type": ["string", "null"], "enum": ["ok", "near", "over", null]},
                    "change_30d": {"type": ["integer", "null"]},
                    "reaches_license_on": {"type": ["string", "null"], "format": "date"}
                  }
                }
              }
            }
          },
          "Usage": {
            "type": "object",
            "required": ["interval", "items"],
            "properties": {
              "interval": {"type": "string", "enum": ["day", "week", "month"]},
              "items": {
                "type": "array",
                "maxItems": 1000,
                "items": {
                  "type": "object",
                  "required": [
                    "date", "provisional", "workflows", "nested_workflows", "workflow_editors", "case_operators", "runners"
                  ],
                  "properties": {
                    "date": {"type": "string", "format": "date"},
                    "provisional": {"type": "boolean"},
                    "workflows": {"type": ["integer", "null"], "minimum": 0},
                    "nested_workflows": {"type": ["integer", "null"], "minimum": 0},
                    "workflow_editors": {"type": ["integer", "null"], "minimum": 0},
                    "case_operators": {"type": ["integer", "null"], "minimum": 0},
                    "runners": {"type": ["integer", "null"], "minimum": 0}
                  }
                }
              }
            }
          },
          "Inventory": {
            "type": "object",
            "required": ["workspaces"],
            "properties": {
              "workspaces": {"type": "array", "items": {"$ref": "#/components/schemas/InventoryWorkspace"}},
              "roles": {"type": "array", "items": {"type": "object"}}
            }
          },
          "InventoryWorkspace": {
            "type": "object",
            "required": ["id", "name"],
            "properties": {"id": {"type": "string"}, "name": {"type": "string"}}
          },
          "ImportSummary": {
            "type": "object",
            "required": ["workspaces", "workflows", "members", "runners", "roles"],
            "properties": {
              "workspaces": {"type": "integer", "minimum": 0},
              "workflows": {"type": "integer", "minimum": 0},
              "members": {"type": "integer", "minimum": 0},
              "runners": {"type": "integer", "minimum": 0},
              "roles": {"type": "integer", "minimum": 0}
            }
          },
          "InventoryChanges": {
            "type": "object",
            "required": ["changes"],
            "properties": {
              "changes": {
                "type": "array",
                "items": {"type": "object", "required": ["op"], "properties": {"op": {"type": "string"}}}
              }
            }
          },
          "Verdict": {
            "type": "object",
            "required": ["id", "rank", "verdict"],
            "properties": {
              "id": {"type": "string"},
              "rank": {"type": "integer", "minimum": 0},
              "verdict": {
                "type": "string",
                "enum": ["matched", "shadowed", "no_match", "claim_absent", "email_unverified", "claim_incomplete"]
              },
              "near_miss": {"type": "boolean"}
            }
          }
        """#
}
