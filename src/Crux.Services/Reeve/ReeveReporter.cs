using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crux.Machines.Registry;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Reeve;

/// <summary>What the reeve tells people: logs 1300-1399, the meter and the activity source Crux.Reeve.</summary>
internal sealed partial class ReeveReporter : IDisposable
{
    public const string Name = "Crux.Reeve";

    private readonly ILogger _logger;
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _slowLookups, _watches, _attaches, _refused, _overflowed, _enrolled;

    public ReeveReporter(ILoggerFactory loggers, Func<ReeveState> state)
    {
        _logger = loggers.CreateLogger(Name);
        _slowLookups = _meter.CreateCounter<long>("crux.reeve.lookups.first", description: "Look-ups of a selector that nobody followed yet.");
        _watches = _meter.CreateCounter<long>("crux.reeve.watches", description: "Watches opened.");
        _attaches = _meter.CreateCounter<long>("crux.reeve.attaches", description: "Streams opened to a steward.");
        _refused = _meter.CreateCounter<long>("crux.reeve.refused_pushes", description: "Pushes of a deposed steward, refused.");
        _overflowed = _meter.CreateCounter<long>("crux.reeve.overflowed", description: "Pushed entries that found the cache full.");
        _enrolled = _meter.CreateCounter<long>("crux.reeve.enrolled", description: "Keys of processes signed.");
        _meter.CreateObservableGauge("crux.reeve.entries.own", () => state().OwnEntries, description: "Points alive on this node.");
        _meter.CreateObservableGauge("crux.reeve.entries.known", () => state().KnownEntries, description: "Entries in the cache.");
        _meter.CreateObservableGauge("crux.reeve.steward", () => (int)state().Steward, description: "1 absent, 2 rebuilding, 3 ready.");
    }

    public static ActivitySource Activities { get; } = new(Name);

    public void SlowLookup() => _slowLookups.Add(1);

    public void Watched() => _watches.Add(1);

    public void Enrolled(string service)
    {
        _enrolled.Add(1);
        LogEnrolled(service);
    }

    public void Attaching(Member leader)
    {
        _attaches.Add(1);
        LogAttaching(leader.Name, leader.Address);
    }

    public void AttachFailed(Member leader, string why, TimeSpan pause) => LogAttachFailed(leader.Name, why, (long)pause.TotalMilliseconds);

    public void StewardIs(StewardPhase phase) => LogSteward(phase);

    public void Handled(ReeveOutbox outbox)
    {
        if (outbox.RefusedToken is { } token)
        {
            _refused.Add(1);
            LogRefused(token.Lineage, token.Term);
        }
        if (outbox.Overflowed > 0)
        {
            _overflowed.Add(outbox.Overflowed);
            LogOverflowed(outbox.Overflowed);
        }
    }

    public void BadEntries(int count) => LogBadEntries(count);

    public void Stopped(Exception exception) => LogStopped(exception);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(EventId = 1300, Level = LogLevel.Information, Message = "Steward is {Phase} for this node.")]
    private partial void LogSteward(StewardPhase phase);

    [LoggerMessage(EventId = 1301, Level = LogLevel.Debug, Message = "Attending the steward on {Leader} at {Address}.")]
    private partial void LogAttaching(string leader, NetAddress address);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Information, Message = "The steward on {Leader} can't be attended: {Why} Trying again in {Milliseconds} ms.")]
    private partial void LogAttachFailed(string leader, string why, long milliseconds);

    [LoggerMessage(EventId = 1303, Level = LogLevel.Warning, Message = "A push of term {Term} in lineage {Lineage} was refused: a later leader has spoken.")]
    private partial void LogRefused(ulong lineage, ulong term);

    [LoggerMessage(EventId = 1304, Level = LogLevel.Error, Message = "{Count} entries found the cache full; raise MaxCachedEntries.")]
    private partial void LogOverflowed(int count);

    [LoggerMessage(EventId = 1305, Level = LogLevel.Warning, Message = "{Count} entries that the steward sent could not be read and were left out.")]
    private partial void LogBadEntries(int count);

    [LoggerMessage(EventId = 1306, Level = LogLevel.Debug, Message = "Signed the key of {Service}.")]
    private partial void LogEnrolled(string service);

    [LoggerMessage(EventId = 1307, Level = LogLevel.Critical, Message = "The reeve stopped: an invariant is broken.")]
    private partial void LogStopped(Exception exception);
}
