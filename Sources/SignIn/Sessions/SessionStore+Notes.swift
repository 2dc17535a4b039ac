internal import Cryptography
public import Databases
internal import Text
internal import Time

extension SessionStore {
    /// The most pieces of content that are kept for one session.
    static let mostNotes = 20
    /// The most bytes of sealed content that are kept for one session. An invitation of 50 addresses takes up to 40 KiB.
    static let mostNoteBytes = 256 << 10

    /// Keeps content for one session, sealed, such as links that its pages show until the user is done with them. It is
    /// deleted with the session. The oldest content of the session is deleted if there would be too much of it.
    ///
    /// - Parameters:
    ///   - purpose: what the content is, which is sealed with it.
    ///   - lifetime: the time after which it is not shown any more.
    /// - Returns: the content's id, which is not a secret, and the older content of this purpose that was deleted
    ///   although it could still be shown; nil if no sealing key is configured, if the session has ended, or if the
    ///   content is too long to be kept.
    public func keep(
        _ content: [UInt8], for session: Session, as purpose: String, lasting lifetime: Duration
    ) async throws(DatabaseError) -> (id: String, replaced: [[UInt8]])? {
        guard let keys = currentKeys(), let random = try? RandomBytes.make(12) else { return nil }
        let (id, key, moment) = (Base64URL.encode(random), session.key, now())
        let until = (moment + lifetime).seconds
        guard let sealed = try? keys.box.seal(content, context: SessionStore.context(note: id, purpose, key)),
            sealed.count <= SessionStore.mostNoteBytes
        else { return nil }
        let sealedBefore = try await database.write {
            transaction throws(DatabaseError) -> [(id: String, content: [UInt8])]? in
            let count = try transaction.execute(
                """
                INSERT INTO session_note (id, session, purpose, content, until)
                SELECT $1, key, $3, $4, $5 FROM session WHERE key = $2 AND ended_at IS NULL
                """, .text(id), .blob(key.bytes), .text(purpose), .blob(sealed), .integer(until))
            // The new content is always kept.
            let deleted = try transaction.all(
                """
                DELETE FROM session_note WHERE session = $1 AND id NOT IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER newest AS place, sum(length(content)) OVER newest AS bytes
                        FROM session_note WHERE session = $1
                        WINDOW newest AS (ORDER BY id = $2 DESC, until DESC, id ROWS UNBOUNDED PRECEDING)
                    ) AS kept WHERE place <= $3 AND bytes <= $4)
                RETURNING id, purpose, content, until
                """, .blob(key.bytes), .text(id), .integer(SessionStore.mostNotes),
                .integer(SessionStore.mostNoteBytes)
            ) { row throws(DatabaseError) in
                (id: row.text(0), purpose: row.text(1), content: row.blob(2), until: row.integer(3))
            }
            return count == 0
                ? nil
                : deleted.filter { $0.purpose.isExactly(purpose) && $0.until > moment.seconds }.map {
                    (id: $0.id, content: $0.content)
                }
        }
        guard let sealedBefore else { return nil }
        return (
            id,
            sealedBefore.compactMap { note in
                try? keys.box.open(note.content, context: SessionStore.context(note: note.id, purpose, key))
            }
        )
    }

    /// Returns the ids of the content that is kept for a session with a purpose, oldest first.
    public func notes(of session: Session, as purpose: String) async throws(DatabaseError) -> [String] {
        let (key, moment) = (session.key, now())
        return try await database.read { transaction throws(DatabaseError) in
            try transaction.all(
                "SELECT id FROM session_note WHERE session = $1 AND purpose = $2 AND until > $3 ORDER BY until, id",
                .blob(key.bytes), .text(purpose), .integer(moment.seconds)
            ) { row throws(DatabaseError) in row.text(0) }
        }
    }

    /// Returns kept content, or nil if there is none of this id and purpose for the session.
    public func note(_ id: String, of session: Session, as purpose: String) async throws(DatabaseError) -> [UInt8]? {
        let (key, moment) = (session.key, now())
        let sealed = try await database.read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT content FROM session_note WHERE id = $1 AND session = $2 AND purpose = $3 AND until > $4",
                .text(id), .blob(key.bytes), .text(purpose), .integer(moment.seconds)
            ) { row throws(DatabaseError) in row.blob(0) }
        }
        guard let sealed, let keys = currentKeys() else { return nil }
        return try? keys.box.open(sealed, context: SessionStore.context(note: id, purpose, key))
    }

    /// Deletes kept content of a session. Does nothing if there is none.
    public func forget(_ id: String, of session: Session) async throws(DatabaseError) {
        let key = session.key
        _ = try await database.write { transaction throws(DatabaseError) in
            try transaction.execute(
                "DELETE FROM session_note WHERE id = $1 AND session = $2", .text(id), .blob(key.bytes))
        }
    }

    private static func context(note id: String, _ purpose: String, _ key: SessionKey) -> [UInt8] {
        context("note \(purpose) \(id)", key)
    }
}
