using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crux.Machines.Health;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Health;

/// <summary>What the heartbeater tells people: logs 1200-1299, the meter and the activity source Crux.Health.</summary>
internal sealed partial class HeartbeaterReporter : IDisposable
{
    public const string Name = "Crux.Health";

    private readonly ILogger _logger;
    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _beats, _refusals, _verdicts;

    public HeartbeaterReporter(ILoggerFactory loggers, Func<int> count)
    {
        _logger = loggers.CreateLogger(Name);
        _beats = _meter.CreateCounter<long>("crux.health.beats", description: "Beat messages taken.");
        _refusals = _meter.CreateCounter<long>("crux.health.refusals", description: "Points refused.");
        _verdicts = _meter.CreateCounter<long>("crux.health.verdicts", description: "Verdicts, by kind.");
        _meter.CreateObservableGauge("crux.health.points", count, description: "Points alive on this node.");
    }

    public static ActivitySource Activities { get; } = new(Name);

    public void Beat(HealthOutbox outbox)
    {
        _beats.Add(1);
        foreach (var sentence in outbox.Refusals)
        {
            _refusals.Add(1);
            LogRefused(sentence);
        }
    }

    public void Judged(Verdict verdict)
    {
        _verdicts.Add(1, new KeyValuePair<string, object?>("kind", verdict.Kind.ToString()));
        switch (verdict.Kind)
        {
            case VerdictKind.Up:
                LogUp(verdict.Entry.Instance, verdict.Entry.Address, verdict.Reason);
                break;
            case VerdictKind.Changed:
                LogChanged(verdict.Entry.Instance, verdict.Entry.Address, verdict.Reason);
                break;
            case VerdictKind.Left:
                LogLeft(verdict.Entry.Instance, verdict.Entry.Address);
                break;
            default:
                LogFailed(verdict.Entry.Instance, verdict.Entry.Address, verdict.Reason);
                break;
        }
    }

    public void SubscriberFellBehind(int limit) => LogFellBehind(limit);

    public void Stopped(Exception exception) => LogStopped(exception);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(EventId = 1200, Level = LogLevel.Information, Message = "{Instance} at {Address} is up: {Reason}.")]
    private partial void LogUp(InstanceName instance, NetAddress address, string reason);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Information, Message = "{Instance} at {Address} changed: {Reason}.")]
    private partial void LogChanged(InstanceName instance, NetAddress address, string reason);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Information, Message = "{Instance} at {Address} said goodbye.")]
    private partial void LogLeft(InstanceName instance, NetAddress address);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "{Instance} at {Address} failed: {Reason}.")]
    private partial void LogFailed(InstanceName instance, NetAddress address, string reason);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Warning, Message = "A service point was refused: {Sentence}")]
    private partial void LogRefused(string sentence);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Warning, Message = "A reader of verdicts fell behind by {Limit} and was cut off; it may subscribe again.")]
    private partial void LogFellBehind(int limit);

    [LoggerMessage(EventId = 1206, Level = LogLevel.Critical, Message = "The heartbeater stopped: an invariant is broken.")]
    private partial void LogStopped(Exception exception);
}
