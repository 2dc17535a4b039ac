internal import AccessUseCases
internal import Databases
internal import Grants
internal import Identities
internal import InventoryStore
internal import Invitations
internal import Mail
internal import RuntimeConfiguration
internal import Snapshots
internal import Synchronization
internal import Telemetry
internal import Text
internal import Threads
internal import Time

/// A transport that delivers emails to mail servers.
protocol EmailTransport: Sendable {
    func deliver(_ email: EmailMessage, by route: MailRoute) async throws(DeliveryError)
}

extension SMTPClient: EmailTransport {}

/// Sends the emails that wait in the queues, a few at a time. A slow mail server delays neither requests nor all
/// emails. No email is lost if a server does not respond.
final class OutboxWorker: Sendable {
    /// Longer than a delivery may take, so that no other process sends the email at the same time.
    private static let lease: Duration = .seconds(600)
    private static let mostAtOnce = 4
    /// The delay before the next attempt, by the number of attempts: a day and a half in total. After the last attempt
    /// the email fails.
    private static let patience: [Duration] = [60, 300, 900, 1800, 3600, 3600, 7200, 14400, 28800, 28800, 28800].map {
        .seconds($0)
    }

    private let configurations: Published<RuntimeConfiguration>
    private let services: GatewayServices
    private let emails: EmailQueues
    private let transport: any EmailTransport
    /// The emails that are being sent, by id.
    private let underWay = Mutex<[ExactText: DueEmail]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        _ configurations: Published<RuntimeConfiguration>, _ services: GatewayServices, by transport: any EmailTransport
    ) {
        self.configurations = configurations
        self.services = services
        emails = EmailQueues(outbox: services.outbox, notices: services.licenseNotices)
        self.transport = transport
    }

    func start() {
        let new = Task.inBackground { [self] in
            while !Task.isCancelled {
                while !Task.isCancelled, mayBegin, let email = await take() {
                    underWay.withLock { $0[ExactText(email.id)] = email }
                    Task.inBackground { [self] in
                        await send(email)
                        underWay.withLock { $0[ExactText(email.id)] = nil }
                        services.outboxSignal.wake()
                    }
                }
                await services.outboxSignal.wait()
            }
        }
        task.withLock { $0 = new }
    }

    /// Starts no further deliveries.
    func stop() {
        task.withLock { $0?.cancel() }
    }

    /// Waits for deliveries in progress. A delivery that is unfinished at the end is returned to the outbox: the email
    /// may be sent twice, and is not lost.
    func finish(before end: ContinuousClock.Instant) async {
        while !underWay.withLock({ $0.isEmpty }), ContinuousClock.now < end {
            try? await Task.pause(for: .milliseconds(20))
        }
        for email in underWay.withLock({ Array($0.values) }) {
            let outcome = DeliveryOutcome.delayed(
                "the gateway stopped during the delivery", until: services.stores.now())
            try? await emails.settle(email, outcome)
        }
    }

    /// Blocking variant of `finish(before:)`, for a thread that may wait. The store may not answer to the last writes.
    func finishBlocking(before end: ContinuousClock.Instant) {
        let rest = max(.zero, ContinuousClock.now.duration(to: end))
        Task.inBackgroundBlocking(before: .now() + rest + .seconds(2)) { [self] in await finish(before: end) }
    }

    /// Sends the emails that are due, one after the other, and returns how many were tried.
    func sendDue() async -> Int {
        var count = 0
        while let email = await take() {
            await send(email)
            count += 1
        }
        return count
    }

    private var mayBegin: Bool { underWay.withLock { $0.count < OutboxWorker.mostAtOnce } }

    private func take() async -> DueEmail? {
        let sendsEmail = configurations.read().value.mail != nil
        do throws(DatabaseError) {
            try await addressNotices(ifSent: sendsEmail)
            guard sendsEmail else { return nil }
            return try await emails.take(for: OutboxWorker.lease)
        } catch {
            services.log.write(.warning, "queued emails cannot be read", fields: [("cause", "\(error)")])
            return nil
        }
    }

    /// Finds the recipients of notices: managers who signed in recently. Without a mail server there are none.
    private func addressNotices(ifSent sendsEmail: Bool) async throws(DatabaseError) {
        let notices = services.licenseNotices
        while let (id, notice) = try await notices.unaddressed() {
            let managers =
                sendsEmail ? try await services.stores.access.recentManagers(of: notice.organization) : []
            try await notices.address(id, to: managers)
        }
    }

    private func send(_ outgoing: DueEmail) async {
        let outcome = await deliver(outgoing)
        var fields = outgoing.logFields
        switch outcome {
        case .sent: services.log.write(.info, "an email was sent", fields: fields)
        case .delayed(let failure, _):
            fields.append(("cause", failure))
            services.log.write(.warning, "an email was not delivered and will be retried", fields: fields)
        case .failed(let failure):
            fields.append(("cause", failure))
            services.log.write(.error, "delivery of an email has failed", fields: fields)
        }
        do throws(DatabaseError) {
            try await emails.settle(outgoing, outcome)
        } catch {
            // The email is sent once more when its lease is over.
            services.log.write(.error, "the outcome of a delivery could not be stored", fields: [("cause", "\(error)")])
        }
    }

    private func deliver(_ outgoing: DueEmail) async -> DeliveryOutcome {
        let message = outgoing.message(under: configurations.read().value, at: services.stores.now())
        guard let (email, route) = message else {
            return .failed(
                "The organization or the mail server is no longer configured, or the address cannot receive email.")
        }
        do throws(DeliveryError) {
            try await transport.deliver(email, by: route)
            return .sent
        } catch {
            let attempts = outgoing.attempts
            guard !error.isPermanent, OutboxWorker.patience.indices.contains(attempts) else {
                return .failed(error.description)
            }
            return .delayed(error.description, until: services.stores.now() + OutboxWorker.patience[attempts])
        }
    }
}
