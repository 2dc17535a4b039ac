import Commands
import Glibc

StandardStream.occupy()
// A closed reader is detected when output is written, and must not kill the process.
signal(SIGPIPE, SIG_IGN)
exit(
    Gatehouse.run(
        arguments: Array(CommandLine.arguments.dropFirst()), environment: StandardStream.environment,
        input: StandardStream.input, output: StandardStream.output, error: StandardStream.error))
