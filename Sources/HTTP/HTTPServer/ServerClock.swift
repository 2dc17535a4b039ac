internal import HTTPMessage
internal import Sockets
internal import Time

/// The serializer of one reactor, whose `Date` field (RFC 9110, section 6.6.1) is made once per second.
final class ServerClock {
    private var second: Int64 = .min
    private var serializer = ResponseSerializer()

    func serializer(at turn: Turn) -> ResponseSerializer {
        let now = turn.wall.seconds
        if now != second {
            second = now
            serializer.dateLine = Array("Date: \(ServerClock.fixedDate(turn.wall))\r\n".utf8)
        }
        return serializer
    }

    // IMF-fixdate = day-name "," SP date1 SP time-of-day SP GMT (RFC 9110, section 5.6.7)
    static func fixedDate(_ moment: Timestamp) -> String { CalendarDate(moment).internetText + " GMT" }
}
