using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Crux.Services.Health;

/// <summary>What the healthminder tells people: logs 1250-1299, the meter Crux.Healthminder.</summary>
internal sealed partial class HealthminderReporter : IDisposable
{
    public const string Name = "Crux.Healthminder";

    private readonly ILogger _logger;
    private readonly Meter _meter = new(Name);
    private long _unrecorded;

    public HealthminderReporter(ILoggerFactory loggers, Func<int> subjects, Func<int> changes)
    {
        _logger = loggers.CreateLogger(Name);
        _meter.CreateObservableGauge("crux.healthminder.subjects", subjects, description: "Services on record, each counted on each of its nodes.");
        _meter.CreateObservableGauge("crux.healthminder.changes", changes, description: "Changes kept of all of them.");
        _meter.CreateObservableCounter("crux.healthminder.unrecorded", () => Volatile.Read(ref _unrecorded), description: "Records that found no room.");
    }

    public void Leads(int subjects) => LogLeads(subjects);

    public void Merged(int subjects) => LogMerged(subjects);

    public void FollowFailed(Member leader, string why) => LogFollowFailed(leader.Name, why);

    public void FetchFailed(Member voter, string why) => LogFetchFailed(voter.Name, why);

    public void Unrecorded(long count)
    {
        if (count > Interlocked.Exchange(ref _unrecorded, count))
            LogUnrecorded(count);
    }

    public void Remembers(int subjects, string? problem)
    {
        LogRemembers(subjects);
        if (problem is not null)
            LogCut(problem);
    }

    public void NotKept(string why) => LogNotKept(why);

    public void KeptAgain() => LogKeptAgain();

    public void Stopped(Exception exception) => LogStopped(exception);

    public void Dispose() => _meter.Dispose();

    [LoggerMessage(EventId = 1250, Level = LogLevel.Information, Message = "This node keeps the flock's availability history: {Subjects} services are on record.")]
    private partial void LogLeads(int subjects);

    [LoggerMessage(EventId = 1251, Level = LogLevel.Information, Message = "Another voter remembers more: what it has of {Subjects} services was taken over.")]
    private partial void LogMerged(int subjects);

    [LoggerMessage(EventId = 1252, Level = LogLevel.Debug, Message = "The availability history of {Leader} can't be followed: {Why}")]
    private partial void LogFollowFailed(string leader, string why);

    [LoggerMessage(EventId = 1253, Level = LogLevel.Debug, Message = "{Voter} can't be asked what it remembers: {Why}")]
    private partial void LogFetchFailed(string voter, string why);

    [LoggerMessage(EventId = 1254, Level = LogLevel.Error, Message = "{Count} changes were not recorded, because too many services are on record; raise MaxSubjects.")]
    private partial void LogUnrecorded(long count);

    [LoggerMessage(EventId = 1255, Level = LogLevel.Critical, Message = "The healthminder stopped: an invariant is broken.")]
    private partial void LogStopped(Exception exception);

    [LoggerMessage(EventId = 1256, Level = LogLevel.Information, Message = "The availability history of this node's last run is there: {Subjects} services.")]
    private partial void LogRemembers(int subjects);

    [LoggerMessage(EventId = 1257, Level = LogLevel.Warning, Message = "The availability history on disk was not whole: {Problem}")]
    private partial void LogCut(string problem);

    [LoggerMessage(EventId = 1258, Level = LogLevel.Error, Message = "The availability history is made and told, and can't be kept on this node's disk: {Why} It is tried again every 30 s.")]
    private partial void LogNotKept(string why);

    [LoggerMessage(EventId = 1259, Level = LogLevel.Information, Message = "The availability history is kept on this node's disk again.")]
    private partial void LogKeptAgain();
}
