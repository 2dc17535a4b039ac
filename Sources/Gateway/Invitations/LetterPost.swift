internal import Databases
internal import Dispatch
internal import Grants
internal import Identities
internal import Mail
internal import Snapshots
internal import Synchronization
internal import Telemetry
internal import Text
internal import Threads
internal import Time

/// A transport that delivers letters to mail servers.
protocol LetterCarrier: Sendable {
    func deliver(_ letter: Letter, by route: MailRoute) async throws(DeliveryError)
}

extension SMTPClient: LetterCarrier {}

/// Sends the letters that wait in the store, a few at a time: a slow mail server delays neither requests nor all
/// letters, and a dead one loses none.
final class LetterPost: Sendable {
    /// Longer than a delivery may take, so that no other process sends the letter meanwhile.
    private static let lease: Duration = .seconds(600)
    private static let mostAtOnce = 4
    /// The delay before the next attempt, by the number of attempts; after the last one the letter is given up. About
    /// a day and a half in all.
    private static let patience: [Duration] = [60, 300, 900, 1800, 3600, 3600, 7200, 14400, 28800, 28800, 28800].map {
        .seconds($0)
    }

    private let deployments: Published<Deployment>
    private let service: SignInService
    private let carrier: any LetterCarrier
    /// The letters that are being sent, by id.
    private let underWay = Mutex<[ExactText: OutgoingLetter]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ deployments: Published<Deployment>, _ service: SignInService, by carrier: any LetterCarrier) {
        self.deployments = deployments
        self.service = service
        self.carrier = carrier
    }

    func start() {
        let new = Task.inBackground { [self] in
            while !Task.isCancelled {
                while !Task.isCancelled, mayBegin, let letter = await take() {
                    underWay.withLock { $0[ExactText(letter.id)] = letter }
                    Task.inBackground { [self] in
                        await send(letter)
                        underWay.withLock { $0[ExactText(letter.id)] = nil }
                        service.letters.wake()
                    }
                }
                await service.letters.wait()
            }
        }
        task.withLock { $0 = new }
    }

    /// Starts no further deliveries.
    func stop() {
        task.withLock { $0?.cancel() }
    }

    /// Waits for deliveries in progress. A delivery that is unfinished at the end is returned to the store: the letter
    /// may be sent twice, and is not lost.
    func finish(before end: ContinuousClock.Instant) async {
        while !underWay.withLock({ $0.isEmpty }), ContinuousClock.now < end {
            try? await Task.pause(for: .milliseconds(20))
        }
        for letter in underWay.withLock({ Array($0.values) }) {
            let outcome = LetterOutcome.delayed("the gateway stopped meanwhile", until: service.now())
            try? await service.access.settle(letter, outcome)
        }
    }

    /// Blocking variant of `finish(before:)`, for a thread that may wait.
    func finishBlocking(before end: ContinuousClock.Instant) {
        let isDone = DispatchSemaphore(value: 0)
        Task.inBackground { [self] in
            await finish(before: end)
            isDone.signal()
        }
        isDone.wait()
    }

    /// Sends the letters that are due, one after the other, and returns how many were tried.
    func sendDue() async -> Int {
        var count = 0
        while let letter = await take() {
            await send(letter)
            count += 1
        }
        return count
    }

    private var mayBegin: Bool { underWay.withLock { $0.count < LetterPost.mostAtOnce } }

    private func take() async -> OutgoingLetter? {
        guard deployments.read().value.mail != nil else { return nil }
        do throws(DatabaseError) {
            return try await service.access.takeLetter(for: LetterPost.lease)
        } catch {
            service.log.write(.warning, "letters cannot be looked for", fields: [("cause", "\(error)")])
            return nil
        }
    }

    private func send(_ outgoing: OutgoingLetter) async {
        let outcome = await deliver(outgoing)
        var fields = [
            ("invitation", outgoing.invitation.id), ("organization", outgoing.invitation.organization.text),
        ]
        switch outcome {
        case .sent: service.log.write(.info, "a letter was sent", fields: fields)
        case .delayed(let failure, _):
            fields.append(("cause", failure))
            service.log.write(.warning, "a letter was not taken and will be tried again", fields: fields)
        case .failed(let failure):
            fields.append(("cause", failure))
            service.log.write(.error, "a letter was given up", fields: fields)
        }
        do throws(DatabaseError) {
            try await service.access.settle(outgoing, outcome)
        } catch {
            // The letter is sent once more when its lease is over.
            service.log.write(.error, "what became of a letter could not be kept", fields: [("cause", "\(error)")])
        }
    }

    private func deliver(_ outgoing: OutgoingLetter) async -> LetterOutcome {
        guard let (letter, route) = deployments.read().value.letter(outgoing, at: service.now()) else {
            return .failed(
                "The organization or the mail server is no longer configured, or no letter can go to this address.")
        }
        do throws(DeliveryError) {
            try await carrier.deliver(letter, by: route)
            return .sent
        } catch {
            let attempts = outgoing.invitation.attempts
            guard !error.isPermanent, LetterPost.patience.indices.contains(attempts) else {
                return .failed(error.description)
            }
            return .delayed(error.description, until: service.now() + LetterPost.patience[attempts])
        }
    }
}
