extension OpenAPI {
    /// Schemas for members, invitations, mappings and the log.
    static let managementSchemas = #"""
          "DeniedSignIn": {
            "type": "object",
            "required": [
              "id", "timestamp", "attempts", "first_at", "last_at", "dismissed_at", "identity_id", "provider",
              "issuer", "subject", "name", "email", "email_verified", "reason", "claims", "rows"
            ],
            "properties": {
              "id": {"type": "string"},
              "timestamp": {"type": "string", "format": "date-time"},
              "attempts": {"type": "integer", "minimum": 1},
              "first_at": {"type": "string", "format": "date-time"},
              "last_at": {"type": "string", "format": "date-time"},
              "dismissed_at": {"type": ["string", "null"], "format": "date-time"},
              "identity_id": {"type": ["string", "null"]},
              "provider": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "name": {"type": ["string", "null"]},
              "email": {"type": ["string", "null"]},
              "email_verified": {"type": "boolean"},
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
              "role": {"$ref": "#/components/schemas/Role"},
              "sources": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["kind", "role"],
                  "properties": {
                    "kind": {"type": "string"},
                    "role": {"$ref": "#/components/schemas/Role"},
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
              "role": {"$ref": "#/components/schemas/Role"},
              "source": {"type": "string", "enum": ["invitation", "operator"]},
              "created_at": {"type": "string", "format": "date-time"}
            }
          },
          "Suspension": {
            "type": "object",
            "required": ["identity_id", "issuer", "subject", "email", "emails", "created_at", "reason"],
            "properties": {
              "identity_id": {"type": "string"},
              "issuer": {"type": "string"},
              "subject": {"type": "string"},
              "email": {"type": ["string", "null"]},
              "emails": {"type": "array", "items": {"type": "string"}},
              "created_at": {"type": "string", "format": "date-time"},
              "reason": {"type": ["string", "null"]}
            }
          },
          "SuspensionDraft": {
            "type": "object",
            "properties": {
              "reason": {"type": ["string", "null"], "maxLength": 500}
            },
            "additionalProperties": false
          },
          "InvitationDraft": {
            "oneOf": [
              {
                "type": "object",
                "required": ["email", "role"],
                "properties": {
                  "email": {"type": "string", "format": "email", "maxLength": 254},
                  "role": {"type": "string", "enum": ["organization-manager", "organization-viewer"]}
                },
                "additionalProperties": false
              },
              {
                "type": "object",
                "required": ["emails", "role"],
                "properties": {
                  "emails": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 50},
                  "role": {"type": "string", "enum": ["organization-manager", "organization-viewer"]}
                },
                "additionalProperties": false
              }
            ]
          },
          "InvitationOutcomes": {
            "type": "object",
            "required": ["items"],
            "properties": {
              "items": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["email", "outcome", "code", "detail", "invitation", "link"],
                  "properties": {
                    "email": {"type": "string"},
                    "outcome": {"type": "string", "enum": ["created", "pending", "member", "refused"]},
                    "code": {
                      "type": ["string", "null"],
                      "enum": ["conflict", "rate_limited", "invalid_request", "permission_missing", null]
                    },
                    "detail": {"type": ["string", "null"]},
                    "invitation": {
                      "oneOf": [{"$ref": "#/components/schemas/Invitation"}, {"type": "null"}]
                    },
                    "link": {"type": ["string", "null"]}
                  }
                }
              }
            }
          },
          "Invitation": {
            "type": "object",
            "required": ["id", "email", "role", "state", "created_at", "expires_at", "invited_by", "delivery"],
            "properties": {
              "id": {"type": "string"},
              "email": {"type": "string"},
              "role": {"$ref": "#/components/schemas/Role"},
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
              "role": {"$ref": "#/components/schemas/Role"},
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
              "split": {"type": "string", "minLength": 1, "maxLength": 1},
              "role": {"$ref": "#/components/schemas/Role"},
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
              "split": {"type": ["string", "null"], "minLength": 1, "maxLength": 1},
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
              "split": {"type": ["string", "null"], "minLength": 1, "maxLength": 1},
              "rank": {"type": ["integer", "null"], "minimum": 1},
              "id": {"type": "string", "description": "Accepted only unchanged."},
              "origin": {"type": "string", "description": "Accepted only unchanged."}
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
                    "role": {"$ref": "#/components/schemas/OptionalRole"},
                    "source": {"type": ["string", "null"]},
                    "mapping": {"type": ["string", "null"]},
                    "reason": {"type": "string"},
                    "detail": {"type": "string", "description": "For email_unverified: the value of email_verified."},
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
            "required": ["people", "unreadable", "unchanged", "self", "shadowed", "would_lock_out", "rows"],
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
                    "before": {"$ref": "#/components/schemas/OptionalRole"},
                    "after": {"$ref": "#/components/schemas/OptionalRole"},
                    "change": {"type": "string", "enum": ["gains", "loses", "changes"]}
                  }
                }
              },
              "unreadable": {
                "type": "array",
                "description": "The users on whom the effect is unknown: their last sign-in cannot be read.",
                "items": {
                  "type": "object",
                  "required": ["identity_id", "issuer", "subject", "email"],
                  "properties": {
                    "identity_id": {"type": "string"},
                    "issuer": {"type": "string"},
                    "subject": {"type": "string"},
                    "email": {"type": ["string", "null"]}
                  }
                }
              },
              "unchanged": {"type": "integer", "minimum": 0},
              "self": {
                "type": "object",
                "required": ["before", "after"],
                "properties": {
                  "before": {"$ref": "#/components/schemas/OptionalRole"},
                  "after": {"$ref": "#/components/schemas/OptionalRole"}
                }
              },
              "shadowed": {"type": "array", "items": {"type": "string"}},
              "would_lock_out": {"type": "boolean"},
              "rows": {"type": "array", "items": {"$ref": "#/components/schemas/ClaimMapping"}}
            }
          }
        """#
}
