extension BackgroundExecutor {
    /// Runs asynchronous work on the background executor and blocks the calling thread until it is done. For commands
    /// and for threads that may wait; a reactor must not call it.
    public static func wait<Value: Sendable, Failure: Error>(
        for work: @escaping @Sendable () async throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let answer = Monitor<Result<Value, Failure>?>(nil)
        Task.inBackground {
            let result: Result<Value, Failure>
            do throws(Failure) {
                result = .success(try await work())
            } catch {
                result = .failure(error)
            }
            answer.change { $0 = result }
        }
        while true {
            if let result = answer.wait(for: { $0 }) { return try result.get() }
        }
    }
}
