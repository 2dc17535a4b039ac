internal import JSON

extension OpenAPI {
    private static let codes = Problem.Code.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")

    /// What requests and answers hold, by name (JSON Schema 2020-12).
    static let schemas = #"""
        {
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
            "required": ["identity", "roles", "sessions", "csrf_token"],
            "properties": {
              "identity": {"$ref": "#/components/schemas/Identity"},
              "roles": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["organization", "role", "source", "mapping"],
                  "properties": {
                    "organization": {"type": "string"},
                    "role": {
                      "type": "string",
                      "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]
                    },
                    "source": {"type": "string"},
                    "mapping": {"type": ["string", "null"]}
                  }
                }
              },
              "sessions": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["id", "created_at", "last_used_at", "ip", "user_agent", "current"],
                  "properties": {
                    "id": {"type": "string"},
                    "created_at": {"type": "string", "format": "date-time"},
                    "last_used_at": {"type": "string", "format": "date-time"},
                    "ip": {"type": "string"},
                    "user_agent": {"type": "string"},
                    "current": {"type": "boolean"}
                  }
                }
              },
              "csrf_token": {"type": ["string", "null"]}
            }
          },
          "Organization": {
            "type": "object",
            "required": ["id", "name", "role"],
            "properties": {
              "id": {"type": "string"},
              "name": {"type": "string"},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]}
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
              "owners"
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
              }
            }
          },
          "Summary": {
            "type": "object",
            "required": ["workspaces", "metrics"],
            "properties": {
              "workspaces": {"type": "integer", "minimum": 0},
              "metrics": {
                "type": "object",
                "additionalProperties": {
                  "type": "object",
                  "required": ["total", "distinct", "licensed", "used"],
                  "properties": {
                    "total": {"type": "integer", "minimum": 0},
                    "distinct": {"type": ["integer", "null"]},
                    "licensed": {"type": ["integer", "null"]},
                    "used": {"type": ["number", "null"]}
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
          },
          "DeniedSignIn": {
            "type": "object",
            "required": ["id", "timestamp", "provider", "issuer", "subject", "email", "reason", "claims", "rows"],
            "properties": {
              "id": {"type": "string"},
              "timestamp": {"type": "string", "format": "date-time"},
              "provider": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "email": {"type": ["string", "null"]},
              "reason": {"type": "string"},
              "claims": {"type": "object"},
              "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Verdict"}}
            }
          },
          "AuditEvent": {
            "type": "object",
            "required": [
              "id",
              "sequence",
              "timestamp",
              "organization",
              "actor",
              "action",
              "target",
              "outcome",
              "reason",
              "request_id",
              "ip",
              "details",
              "previous_hash",
              "hash"
            ],
            "properties": {
              "id": {"type": "string"},
              "sequence": {"type": "integer", "minimum": 0},
              "timestamp": {"type": "string", "format": "date-time"},
              "organization": {"type": ["string", "null"]},
              "actor": {
                "type": "object",
                "required": ["kind", "issuer", "subject", "email"],
                "properties": {
                  "kind": {"type": "string"},
                  "issuer": {"type": ["string", "null"]},
                  "subject": {"type": ["string", "null"]},
                  "email": {"type": ["string", "null"]}
                }
              },
              "action": {"type": "string"},
              "target": {"type": ["string", "null"]},
              "outcome": {"type": "string"},
              "reason": {"type": ["string", "null"]},
              "request_id": {"type": ["string", "null"]},
              "ip": {"type": ["string", "null"]},
              "details": {"type": "object"},
              "previous_hash": {"type": "string"},
              "hash": {"type": "string"}
            }
          },
          "Member": {
            "type": "object",
            "required": ["identity_id", "issuer", "subject", "email", "role", "sources", "provider", "last_sign_in"],
            "properties": {
              "identity_id": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "email": {"type": ["string", "null"]},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "sources": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["kind", "role"],
                  "properties": {
                    "kind": {"type": "string"},
                    "role": {
                      "type": "string",
                      "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]
                    },
                    "mapping": {"type": ["string", "null"]},
                    "grant": {"type": "string"}
                  }
                }
              },
              "provider": {"type": ["string", "null"]},
              "last_sign_in": {"type": ["string", "null"]}
            }
          },
          "Grant": {
            "type": "object",
            "required": ["id", "identity_id", "issuer", "subject", "email", "role", "source", "created_at"],
            "properties": {
              "id": {"type": "string"},
              "identity_id": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "email": {"type": ["string", "null"]},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "source": {"type": "string", "enum": ["invitation", "operator"]},
              "created_at": {"type": "string", "format": "date-time"}
            }
          },
          "Suspension": {
            "type": "object",
            "required": ["identity_id", "issuer", "subject", "email", "created_at"],
            "properties": {
              "identity_id": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "email": {"type": ["string", "null"]},
              "created_at": {"type": "string", "format": "date-time"}
            }
          },
          "InvitationDraft": {
            "type": "object",
            "required": ["email", "role"],
            "properties": {
              "email": {"type": "string", "format": "email", "maxLength": 254},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer"]}
            },
            "additionalProperties": false
          },
          "Invitation": {
            "type": "object",
            "required": ["id", "email", "role", "state", "created_at", "expires_at", "invited_by", "delivery"],
            "properties": {
              "id": {"type": "string"},
              "email": {"type": "string"},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "state": {"type": "string", "enum": ["pending", "accepted", "revoked", "expired"]},
              "created_at": {"type": "string", "format": "date-time"},
              "expires_at": {"type": "string", "format": "date-time"},
              "invited_by": {"type": ["string", "null"]},
              "delivery": {
                "type": "object",
                "required": ["state", "attempts", "failure"],
                "properties": {
                  "state": {"type": "string", "enum": ["link", "queued", "sent", "failed"]},
                  "attempts": {"type": "integer", "minimum": 0},
                  "failure": {"type": ["string", "null"]}
                }
              },
              "link": {"type": "string"}
            }
          },
          "Acceptance": {
            "type": "object",
            "required": ["token"],
            "properties": {"token": {"type": "string", "minLength": 1, "maxLength": 255}},
            "additionalProperties": false
          },
          "AcceptedGrant": {
            "type": "object",
            "required": ["organization", "role", "grant"],
            "properties": {
              "organization": {"type": "string"},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "grant": {"type": "string"}
            }
          },
          "ClaimMapping": {
            "type": "object",
            "required": ["id", "rank", "claim_name", "claim_value", "match", "role", "origin"],
            "properties": {
              "id": {"type": "string"},
              "rank": {"type": "integer", "minimum": 0},
              "claim_name": {"type": "string"},
              "claim_value": {"type": ["string", "null"]},
              "match": {"type": "string", "enum": ["equals", "glob", "exists"]},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer", "inventory-publisher"]},
              "origin": {"type": "string", "enum": ["file", "store"]}
            }
          },
          "ClaimMappingDraft": {
            "type": "object",
            "required": ["claim_name", "role"],
            "properties": {
              "claim_name": {"type": "string", "minLength": 1, "maxLength": 255},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer"]},
              "claim_value": {"type": ["string", "null"], "maxLength": 1024},
              "match": {"type": "string", "enum": ["equals", "glob", "exists"]},
              "rank": {"type": ["integer", "null"], "minimum": 1}
            },
            "additionalProperties": false
          },
          "ClaimMappingChange": {
            "type": "object",
            "properties": {
              "claim_name": {"type": "string", "minLength": 1, "maxLength": 255},
              "role": {"type": "string", "enum": ["organization-manager", "organization-viewer"]},
              "claim_value": {"type": ["string", "null"], "maxLength": 1024},
              "match": {"type": "string", "enum": ["equals", "glob", "exists"]},
              "rank": {"type": ["integer", "null"], "minimum": 1},
              "id": {"type": "string", "description": "As it is."},
              "origin": {"type": "string", "description": "As it is."}
            },
            "additionalProperties": false
          },
          "ExplainRequest": {
            "type": "object",
            "properties": {
              "token": {"type": "string", "minLength": 1, "maxLength": 16384},
              "provider": {"type": "string"},
              "claims": {"type": "object"},
              "denied_sign_in": {"type": "string"},
              "identity_id": {"type": "string"}
            },
            "additionalProperties": false
          },
          "Explanation": {
            "type": "object",
            "required": ["valid", "identity", "organizations"],
            "properties": {
              "valid": {"type": "boolean"},
              "identity": {"oneOf": [{"$ref": "#/components/schemas/Identity"}, {"type": "null"}]},
              "organizations": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["organization", "role", "source", "mapping", "reason", "rows"],
                  "properties": {
                    "organization": {"type": "string"},
                    "role": {
                      "type": ["string", "null"],
                      "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
                    },
                    "source": {"type": ["string", "null"]},
                    "mapping": {"type": ["string", "null"]},
                    "reason": {"type": "string"},
                    "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Verdict"}}
                  }
                }
              },
              "reason": {"type": "string"},
              "detail": {"type": "string"},
              "dry_run": {"type": "boolean"}
            }
          },
          "PreviewRequest": {
            "type": "object",
            "anyOf": [
              {"$ref": "#/components/schemas/ClaimMappingDraft"},
              {
                "type": "object",
                "required": ["changes"],
                "properties": {
                  "changes": {
                    "type": "array",
                    "maxItems": 100,
                    "items": {
                      "type": "object",
                      "required": ["op"],
                      "properties": {"op": {"type": "string", "enum": ["create", "update", "delete"]}, "id": {"type": "string"}}
                    }
                  }
                }
              }
            ]
          },
          "Preview": {
            "type": "object",
            "required": ["people", "unchanged", "self", "shadowed", "would_lock_out", "rows"],
            "properties": {
              "people": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["identity_id", "issuer", "subject", "email", "before", "after", "change"],
                  "properties": {
                    "identity_id": {"type": "string"},
                    "issuer": {"type": "string"},
                    "subject": {"type": "string"},
                    "email": {"type": ["string", "null"]},
                    "before": {
                      "type": ["string", "null"],
                      "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
                    },
                    "after": {
                      "type": ["string", "null"],
                      "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
                    },
                    "change": {"type": "string", "enum": ["gains", "loses", "changes"]}
                  }
                }
              },
              "unchanged": {"type": "integer", "minimum": 0},
              "self": {
                "type": "object",
                "required": ["before", "after"],
                "properties": {
                  "before": {
                    "type": ["string", "null"],
                    "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
                  },
                  "after": {
                    "type": ["string", "null"],
                    "enum": ["organization-manager", "organization-viewer", "inventory-publisher", null]
                  }
                }
              },
              "shadowed": {"type": "array", "items": {"type": "string"}},
              "would_lock_out": {"type": "boolean"},
              "rows": {"type": "array", "items": {"$ref": "#/components/schemas/ClaimMapping"}}
            }
          }
        }
        """#
}
