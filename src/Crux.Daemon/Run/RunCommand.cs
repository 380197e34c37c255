using System.CommandLine;
using Crux.Daemon.Logging;
using Crux.Node;
using Crux.Services.Operator;
using Microsoft.Extensions.Hosting.Systemd;

namespace Crux.Daemon.Run;

/// <summary><c>fulcrum run</c>: one node until a signal comes.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var flags = new NodeFlags();
        var command = new Command(
            "run",
            """
            Makes this machine a node, until SIGTERM or Ctrl-C: then it drains, says goodbye and ends with 0.
            A second signal ends it at once. Under systemd it tells when it is ready, and keeps the watchdog.
            """);
        flags.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(flags, parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(NodeFlags flags, ParseResult parsed, CancellationToken asked)
    {
        try
        {
            var configuration = NodeConfiguration.Read(flags, parsed);
            using var levels = new LogLevelOverrides(TimeProvider.System);
            using var loggers = ConsoleLogs.Create(configuration.Root, levels);
            var reporter = new RunReporter(loggers.CreateLogger("Crux.Daemon"), new SystemdNotifier());
            reporter.UnknownKeys(configuration.UnknownKeys);
            await using var node = new CruxNode(configuration.Options, loggers, levels: levels);
            return await RunAsync(node, reporter, asked);
        }
        catch (NodeStartException refused)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(refused.Message);
            return ExitCode.Refused;
        }
    }

    private static async Task<int> RunAsync(CruxNode node, RunReporter reporter, CancellationToken asked)
    {
        try
        {
            await node.StartAsync(asked);
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested)
        {
            reporter.Stopped();
            return ExitCode.Ok;
        }
        reporter.Ready(node);
        await using (new Watchdog(node, reporter))
            await Task.WhenAny(node.Completion, Task.Delay(Timeout.InfiniteTimeSpan, asked));
        reporter.Stopping();
        await node.StopAsync(CancellationToken.None);
        reporter.Stopped();
        // The node ended by itself only where an invariant broke; its own log says which.
        return node.Completion.IsFaulted ? ExitCode.Broken : ExitCode.Ok;
    }
}
