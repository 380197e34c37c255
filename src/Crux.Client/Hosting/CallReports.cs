using System.Collections.Concurrent;
using Crux.Client.Connect;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Hosting;

/// <summary>Counts the calls that no rule allowed, and tells the node of them now and then. Thread-safe.</summary>
internal sealed class CallReports(ReeveLink link, ServiceReporter reporter)
{
    /// <summary>Kinds of calls counted between two reports; of more it is only known that there were some.</summary>
    public const int MaxKinds = 1_024;

    /// <summary>Time between two reports.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Kind, Counter> _counts = new();
    private readonly ConcurrentDictionary<Kind, bool> _told = new();

    public void Add(TrustParty caller, TrustParty target, string path, TrustVerdict verdict)
    {
        var kind = new Kind(caller, target, path, verdict.Ground == TrustGround.Denied, verdict.IsPermitted);
        if (!_counts.TryGetValue(kind, out var counter))
        {
            if (_counts.Count >= MaxKinds)
                return;
            counter = _counts.GetOrAdd(kind, _ => new Counter());
        }
        counter.Add();
        if ((!kind.Passed || verdict.Mode == TrustMode.Warn) && _told.Count < MaxKinds && _told.TryAdd(kind, true))
            Tell(kind);
    }

    /// <summary>Reports until stopped, and once more then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, link.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await SendAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // Stopped: what was counted since the last report is lost, as with a crash.
        }
    }

    private async Task SendAsync(CancellationToken stop)
    {
        if (_counts.IsEmpty)
            return;
        var request = new ReportCallsRequest();
        foreach (var (kind, _) in _counts)
        {
            if (_counts.TryRemove(kind, out var counter))
                request.Calls.Add(ToProto(kind, counter.Value));
        }
        try
        {
            await link.Rules.ReportAsync(request, deadline: link.Time.GetUtcNow().UtcDateTime + (5 * Period), cancellationToken: stop);
        }
        catch (RpcException)
        {
            // The node is away; what is counted is told to the next one. These few are lost.
        }
    }

    private void Tell(Kind kind)
    {
        if (kind.Passed)
            reporter.CallUnexpected(kind.Caller, kind.Path, kind.Target);
        else
            reporter.CallRefused(kind.Caller, kind.Path, kind.Target);
    }

    private static CallKind ToProto(Kind kind, long count) => new()
    {
        Caller = new RuleParty { Group = kind.Caller.Group, Name = kind.Caller.Name },
        Target = new RuleParty { Group = kind.Target.Group, Name = kind.Target.Name },
        Path = kind.Path,
        Denied = kind.Denied,
        Passed = kind.Passed,
        Count = (ulong)count,
    };

    private readonly record struct Kind(TrustParty Caller, TrustParty Target, string Path, bool Denied, bool Passed);

    private sealed class Counter
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Add() => Interlocked.Increment(ref _value);
    }
}
