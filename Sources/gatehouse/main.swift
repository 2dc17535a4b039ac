import Commands
import Glibc

StandardStream.occupy()
// A reader that goes away is seen where we write, and is no reason to die.
signal(SIGPIPE, SIG_IGN)
exit(
    Gatehouse.run(
        arguments: Array(CommandLine.arguments.dropFirst()), environment: StandardStream.environment,
        input: StandardStream.input, output: StandardStream.output, error: StandardStream.error))
