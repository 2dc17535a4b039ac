internal import CLinux
internal import Glibc

/// A watch on how long a loop's steps block everything else on its thread.
///
/// Steps are measured in the thread's CPU time, which neither other threads nor a loaded machine lengthen.
public struct StepWatch {
    /// The kind of a step.
    public enum Step: String, Sendable {
        /// A descriptor was ready: requests were read, and those with an immediate response were answered.
        case event
        /// A task ran until it suspended or ended.
        case task
        case closure
        case deadline
        /// Actions ran at the end of a turn.
        case ending
    }

    /// Steps of at most this CPU time are not reported.
    let limit: Duration
    let report: (Step, Duration) -> Void

    /// - Parameter report: called on the loop's thread after each step that took longer than the limit.
    public init(longerThan limit: Duration, _ report: @escaping (Step, Duration) -> Void) {
        self.limit = limit
        self.report = report
    }

    func measure(_ step: Step, _ body: () -> Void) {
        let begin = gatehouse_clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        body()
        let end = gatehouse_clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        let time = Duration.nanoseconds(end > begin ? end - begin : 0)
        if time > limit { report(step, time) }
    }
}
