package import Databases
internal import Identities
package import Inventory
internal import JSON
internal import Text
package import Time

/// The answer to a list of changes that is kept for repetitions of the request.
package enum KeptAnswer: Sendable, Hashable {
    /// The changes were made; the tag is that of the inventory after them.
    case made(tag: String)
    case preconditionFailed
    case content([InventoryIssue])

    /// Returns nil if a refusal is not kept, so that the request may be sent again under the same key.
    package init?(_ refusal: InventoryRefusal) {
        switch refusal {
        case .preconditionFailed: self = .preconditionFailed
        case .content(let faults): self = .content(faults)
        case .syntax, .notFound, .tooLarge, .keyReused, .keyUnderWay, .abandoned, .signedOut, .notPermitted: return nil
        }
    }

    package var result: Result<String, InventoryRefusal> {
        switch self {
        case .made(let tag): .success(tag)
        case .preconditionFailed: .failure(.preconditionFailed)
        case .content(let faults): .failure(.content(faults))
        }
    }
}

/// Kept answers in the store, inside a transaction.
package enum KeptAnswers {
    /// The time for which an answer is kept.
    static let lifetime = Duration.seconds(24 * 3600)
    /// The most expired answers that one transaction deletes.
    private static let slice = 200

    /// Returns the answer that is kept for a request, and the SHA-256 of the request's content.
    package static func find(
        _ request: RepeatableRequest, at now: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> (answer: KeptAnswer, digest: [UInt8])? {
        try transaction.first(
            """
            SELECT answer, digest FROM inventory_answer
            WHERE organization = $1 AND issuer = $2 AND subject = $3 AND key = $4 AND made_at > $5
            """, .text(request.organization.text), .text(request.publisher.issuer.text),
            .text(request.publisher.subject.text), .text(request.key.text.text),
            .integer((now - lifetime).nanoseconds)
        ) { row throws(DatabaseError) in
            guard let answer = KeptAnswer(stored: row.text(0)) else {
                throw DatabaseError(.corrupt, cause: "an answer to changes of an inventory cannot be read")
            }
            return (answer, row.blob(1))
        }
    }

    /// Keeps the answer to a request that had none, and deletes some expired ones.
    ///
    /// - Parameter digest: the SHA-256 of the request's content.
    package static func keep(
        _ answer: KeptAnswer, of request: RepeatableRequest, digest: [UInt8], at now: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO inventory_answer (organization, issuer, subject, key, digest, made_at, answer)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (organization, issuer, subject, key) DO UPDATE SET digest = excluded.digest,
                made_at = excluded.made_at, answer = excluded.answer
            """, .text(request.organization.text), .text(request.publisher.issuer.text),
            .text(request.publisher.subject.text), .text(request.key.text.text), .blob(digest),
            .integer(now.nanoseconds), .text(answer.stored))
        _ = try sweep(at: now, transaction)
    }

    /// Deletes a bounded number of expired answers. Returns true if more may remain.
    package static func sweep(at now: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            DELETE FROM inventory_answer WHERE (organization, issuer, subject, key) IN
                (SELECT organization, issuer, subject, key FROM inventory_answer WHERE made_at <= $1
                ORDER BY made_at LIMIT \(slice))
            """, .integer((now - lifetime).nanoseconds)) == slice
    }
}

extension KeptAnswer {
    /// The stored form: a JSON object with one member.
    fileprivate var stored: String {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .made(let tag): writer.member("made", tag)
        case .preconditionFailed: writer.member("precondition_failed", true)
        case .content(let faults):
            writer.name("content")
            writer.beginArray()
            for fault in faults {
                writer.beginObject()
                writer.member("pointer", fault.pointer)
                writer.member("detail", fault.detail)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Returns nil for any other text.
    fileprivate init?(stored text: String) {
        guard let root = try? JSONDocument(parsing: Array(text.utf8)).root else { return nil }
        if let tag = root.member("made")?.string {
            self = .made(tag: tag)
        } else if root.member("precondition_failed")?.boolean == true {
            self = .preconditionFailed
        } else if let list = root.member("content"), list.kind == .array {
            var faults: [InventoryIssue] = []
            for element in list.elements {
                guard let pointer = element.member("pointer")?.string, let detail = element.member("detail")?.string
                else { return nil }
                faults.append(InventoryIssue(pointer: pointer, detail: detail))
            }
            self = .content(faults)
        } else {
            return nil
        }
    }
}
