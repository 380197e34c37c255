using Crux.Node;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Crux.Daemon.Run;

/// <summary>Tells the log and systemd how the node stands. Event ids 5100 to 5199.</summary>
internal sealed partial class RunReporter(ILogger logger, ISystemdNotifier systemd)
{
    public void UnknownKeys(IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
            LogUnknownKeys(string.Join(", ", keys.Select(key => $"Crux:{key}")));
    }

    public void Ready(CruxNode node)
    {
        LogReady(node.Id, node.Address, node.SocketPath);
        Tell(ServiceState.Ready);
        Tell(new ServiceState($"STATUS=Serving on {node.SocketPath}; 'crux boot' tells how the start-up stands."));
    }

    public void Alive() => Tell(new ServiceState("WATCHDOG=1"));

    public void Hangs() => LogHangs();

    public void Stopping()
    {
        LogStopping();
        Tell(ServiceState.Stopping);
    }

    public void Stopped() => LogStopped();

    private void Tell(ServiceState state)
    {
        if (systemd.IsEnabled)
            systemd.Notify(state);
    }

    [LoggerMessage(EventId = 5101, Level = LogLevel.Information, Message = "Node {Node} serves on {Address} and {Socket}.")]
    private partial void LogReady(NodeId node, NetAddress address, string socket);

    [LoggerMessage(EventId = 5102, Level = LogLevel.Information, Message = "Leaving the flock.")]
    private partial void LogStopping();

    [LoggerMessage(EventId = 5103, Level = LogLevel.Information, Message = "Gone.")]
    private partial void LogStopped();

    [LoggerMessage(EventId = 5104, Level = LogLevel.Error, Message = "The flock's loop hangs: the watchdog is not told, and systemd will start this service again.")]
    private partial void LogHangs();

    [LoggerMessage(EventId = 5105, Level = LogLevel.Warning, Message = "Nobody reads these settings; are they typing errors? {Keys}")]
    private partial void LogUnknownKeys(string keys);
}
