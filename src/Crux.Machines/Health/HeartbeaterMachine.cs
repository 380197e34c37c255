using System.Globalization;
using Crux.Machines.Registry;

namespace Crux.Machines.Health;

/// <summary>
/// The sink of every local service's heartbeats. Decides who is alive, as one sequence of verdicts. A beat holds for a duration
/// on this machine's clock; the process's own clock is never believed.
/// </summary>
public sealed class HeartbeaterMachine(LocalNode self, HealthOptions options)
{
    private readonly Dictionary<string, Point> _points = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, SortedDictionary<long, Point>> _processes = [];
    private readonly SortedSet<(long Due, long Ordinal)> _agenda = [];
    private readonly SortedDictionary<long, Point> _byOrdinal = [];
    private LocalNode _self = self;
    private long _ordinals;

    /// <summary>The sequence of the newest verdict; 0 before the first.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>How many points are alive.</summary>
    public int Count => _points.Count;

    /// <summary>The node as the verdicts name it.</summary>
    public LocalNode Self => _self;

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public Instant NextDeadline => _agenda.Count == 0 ? Instant.Never : new(_agenda.Min.Due);

    /// <summary>The points that are alive, in the order of their registration; true at <see cref="Sequence"/>.</summary>
    public IEnumerable<ServiceEntry> Entries => _byOrdinal.Values.Select(point => point.Entry);

    /// <summary>
    /// Takes a beat of the process behind <paramref name="process"/>. A point that the beat leaves out is not renewed, and no more:
    /// its validity decides.
    /// </summary>
    public void Beat(Instant now, ulong process, IReadOnlyList<BeatPoint> points, HealthOutbox outbox)
    {
        Tick(now, outbox);
        if (!_processes.TryGetValue(process, out var own))
        {
            if (_processes.Count >= options.MaxProcesses)
            {
                outbox.Refuse($"{options.MaxProcesses} processes beat on this node already, and that is the most: stop one, or raise MaxProcesses.");
                return;
            }
            _processes.Add(process, own = []);
        }
        if (points.Count > options.MaxPointsPerProcess)
        {
            outbox.Refuse($"The beat carries {points.Count} points: {options.MaxPointsPerProcess} is the most for one process.");
            return;
        }
        foreach (var point in points)
        {
            if (!PointRules.TryRead(point, _self, options, out var entry, out var problem))
                outbox.Refuse(problem);
            else
                Take(now, process, own, entry, outbox);
        }
    }

    /// <summary>The process said goodbye: its points have left.</summary>
    public void Goodbye(Instant now, ulong process, HealthOutbox outbox)
    {
        Tick(now, outbox);
        if (!_processes.Remove(process, out var own))
            return;
        foreach (var point in own.Values.ToList())
            Drop(point, VerdictKind.Left, "said goodbye", outbox);
    }

    /// <summary>The process's stream ended without a goodbye: its points have a short grace to come back.</summary>
    public void Close(Instant now, ulong process, HealthOutbox outbox)
    {
        Tick(now, outbox);
        if (!_processes.Remove(process, out var own))
            return;
        foreach (var point in own.Values)
        {
            point.Process = null;
            Schedule(point, Instant.Min(point.Due, now + options.ReconnectGrace));
        }
        Tick(now, outbox);
    }

    /// <summary>The node goes by another name, address or incarnation: every entry says so from now on.</summary>
    public void Rename(Instant now, LocalNode self, HealthOutbox outbox)
    {
        Tick(now, outbox);
        var before = _self;
        _self = self;
        foreach (var point in _byOrdinal.Values)
        {
            var entry = point.Entry with
            {
                NodeName = self.Name,
                Incarnation = self.Incarnation,
                Address = SameHost(point.Entry.Address, before.Address) ? self.Address.WithPort(point.Entry.Address.Port) : point.Entry.Address,
            };
            if (entry == point.Entry)
                continue;
            point.Entry = entry;
            Raise(VerdictKind.Changed, entry, $"its node is {self.Name} at {self.Address} now", outbox);
        }
    }

    /// <summary>Fails every point whose time has run out.</summary>
    public void Tick(Instant now, HealthOutbox outbox)
    {
        while (_agenda.Count > 0 && _agenda.Min.Due <= now.Ticks)
        {
            var point = _byOrdinal[_agenda.Min.Ordinal];
            var reason = point.Process is null
                ? "its process closed its stream and did not come back"
                : string.Create(CultureInfo.InvariantCulture, $"no beat for {point.Entry.ValidFor.TotalSeconds:0.###} s");
            Drop(point, VerdictKind.Failed, reason, outbox);
        }
    }

    private void Take(Instant now, ulong process, SortedDictionary<long, Point> own, ServiceEntry entry, HealthOutbox outbox)
    {
        if (!_points.TryGetValue(entry.InstanceId, out var point))
        {
            if (_points.Count >= options.MaxPoints)
            {
                outbox.Refuse($"{entry.Instance} was not registered: this node holds {options.MaxPoints} points, and that is the most.");
                return;
            }
            if (own.Count >= options.MaxPointsPerProcess)
            {
                outbox.Refuse($"{entry.Instance} was not registered: its process holds {options.MaxPointsPerProcess} points, and that is the most.");
                return;
            }
            point = new Point(++_ordinals, entry);
            _points.Add(entry.InstanceId, point);
            _byOrdinal.Add(point.Ordinal, point);
            Raise(VerdictKind.Up, entry, $"first beat from {entry.Address}", outbox);
        }
        else if (!point.Entry.SaysTheSameAs(entry))
        {
            var reason = Difference(point.Entry, entry);
            point.Entry = entry;
            Raise(VerdictKind.Changed, entry, reason, outbox);
        }
        // The newest stream owns the point: after a reconnect the old one's end must not take it along.
        if (point.Process is { } former && former != process)
            _processes[former].Remove(point.Ordinal);
        point.Process = process;
        own[point.Ordinal] = point;
        Schedule(point, now + entry.ValidFor);
    }

    private void Drop(Point point, VerdictKind kind, string reason, HealthOutbox outbox)
    {
        _points.Remove(point.Entry.InstanceId);
        _byOrdinal.Remove(point.Ordinal);
        _agenda.Remove((point.Due.Ticks, point.Ordinal));
        if (point.Process is { } process && _processes.TryGetValue(process, out var own))
            own.Remove(point.Ordinal);
        Raise(kind, point.Entry, reason, outbox);
    }

    private void Schedule(Point point, Instant due)
    {
        _agenda.Remove((point.Due.Ticks, point.Ordinal));
        point.Due = due;
        _agenda.Add((due.Ticks, point.Ordinal));
    }

    private void Raise(VerdictKind kind, ServiceEntry entry, string reason, HealthOutbox outbox) =>
        outbox.Raise(new Verdict(++Sequence, kind, entry, reason));

    private static string Difference(ServiceEntry before, ServiceEntry after)
    {
        if (before.Address != after.Address)
            return $"moved from {before.Address} to {after.Address}";
        if (before.Status != after.Status)
            return after.StatusReason.Length == 0 ? $"went from {before.Status} to {after.Status}" : $"went from {before.Status} to {after.Status}: {after.StatusReason}";
        if (before.StatusReason != after.StatusReason)
            return after.StatusReason.Length == 0 ? "all is well again" : after.StatusReason;
        if (before.KeyHash != after.KeyHash)
            return "shows another key";
        if (before.NextKeyHash != after.NextKeyHash)
            return after.NextKeyHash.IsNone ? "keeps the key that it shows" : "will show another key";
        return before.Instance.Equals(after.Instance) ? "changed its labels or validity" : $"is {after.Instance} now, and was {before.Instance}";
    }

    private static bool SameHost(NetAddress a, NetAddress b) => a.High == b.High && a.Low == b.Low;

    private sealed class Point(long ordinal, ServiceEntry entry)
    {
        public long Ordinal => ordinal;
        public ServiceEntry Entry { get; set; } = entry;
        public ulong? Process { get; set; }
        public Instant Due { get; set; }
    }
}
