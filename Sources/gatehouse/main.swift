import Commands
import Files
import Glibc
import Processes

Descriptor.occupyStandard()
// A closed reader is detected when output is written, and must not kill the process.
signal(SIGPIPE, SIG_IGN)
exit(
    Gatehouse.run(
        arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessEnvironment.variables,
        input: StandardStream.input, output: StandardStream.output, error: StandardStream.error))
