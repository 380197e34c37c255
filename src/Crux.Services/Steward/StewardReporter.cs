using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crux.Machines.Registry;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Steward;

/// <summary>What the steward tells people: logs 1400-1499, the meter and the activity source Crux.Steward.</summary>
internal sealed partial class StewardReporter : IDisposable
{
    public const string Name = "Crux.Steward";

    private readonly ILogger _logger;
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _attended, _resyncs, _pushes, _ended;

    public StewardReporter(ILoggerFactory loggers, Func<StewardStatus> status)
    {
        _logger = loggers.CreateLogger(Name);
        _attended = _meter.CreateCounter<long>("crux.steward.attended", description: "Streams that reeves opened.");
        _resyncs = _meter.CreateCounter<long>("crux.steward.resyncs", description: "Reeves asked for a snapshot.");
        _pushes = _meter.CreateCounter<long>("crux.steward.pushes", description: "Pushes, counted per stream.");
        _ended = _meter.CreateCounter<long>("crux.steward.ended", description: "Streams that the steward ended.");
        _meter.CreateObservableGauge("crux.steward.entries", () => status().Entries, description: "Entries held.");
        _meter.CreateObservableGauge("crux.steward.heard", () => status().Heard, description: "Nodes heard.");
    }

    public static ActivitySource Activities { get; } = new(Name);

    public void Begins(GroupToken token, Inheritance? inheritance)
    {
        if (inheritance is not null)
            LogInherits(inheritance.Entries.Length, token.Term, token.Lineage);
        else
            LogBegins(token.Lineage, token.Term);
    }

    public void Ready(StewardStatus status) => LogReady(status.Heard, status.Expected, status.Entries);

    public void Ends(string why) => LogEnds(why);

    public void Attended(NodeId node)
    {
        _attended.Add(1);
        LogAttended(node);
    }

    public void Sent(StewardMessage message)
    {
        _pushes.Add(message.Streams.Length);
        if (message.Push is not ResyncPush)
            return;
        _resyncs.Add(1);
        LogResync(message.Streams[0]);
    }

    public void Ended(NodeId node, StreamEnd end)
    {
        _ended.Add(1);
        if (end.IsFault)
            LogRefused(node, end.Why);
        else
            LogEnded(node, end.Why);
    }

    public void BadEntries(NodeId node, int count) => LogBadEntries(count, node);

    public void Stopped(Exception exception) => LogStopped(exception);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(EventId = 1400, Level = LogLevel.Information, Message = "This node leads: its steward starts empty under term {Term} of lineage {Lineage}.")]
    private partial void LogBegins(ulong lineage, ulong term);

    [LoggerMessage(EventId = 1409, Level = LogLevel.Information, Message = "This node leads: its steward answers at once with {Entries} entries that this node followed, under term {Term} of lineage {Lineage}; the nodes confirm them now.")]
    private partial void LogInherits(int entries, ulong term, ulong lineage);

    [LoggerMessage(EventId = 1401, Level = LogLevel.Information, Message = "Steward is ready: {Heard} of {Expected} nodes heard, {Entries} entries.")]
    private partial void LogReady(int heard, int expected, int entries);

    [LoggerMessage(EventId = 1402, Level = LogLevel.Information, Message = "This node's steward ends: {Why}")]
    private partial void LogEnds(string why);

    [LoggerMessage(EventId = 1403, Level = LogLevel.Debug, Message = "The reeve of {Node} attends.")]
    private partial void LogAttended(NodeId node);

    [LoggerMessage(EventId = 1404, Level = LogLevel.Debug, Message = "The reeve on stream {Stream} is asked for a snapshot: what is known of its node is not what it has.")]
    private partial void LogResync(ulong stream);

    [LoggerMessage(EventId = 1405, Level = LogLevel.Warning, Message = "The stream of {Node} was refused: {Why}")]
    private partial void LogRefused(NodeId node, string why);

    [LoggerMessage(EventId = 1406, Level = LogLevel.Debug, Message = "The stream of {Node} was ended: {Why}")]
    private partial void LogEnded(NodeId node, string why);

    [LoggerMessage(EventId = 1407, Level = LogLevel.Warning, Message = "{Count} entries from {Node} could not be read and were left out.")]
    private partial void LogBadEntries(int count, NodeId node);

    [LoggerMessage(EventId = 1408, Level = LogLevel.Critical, Message = "The steward stopped: an invariant is broken.")]
    private partial void LogStopped(Exception exception);
}
