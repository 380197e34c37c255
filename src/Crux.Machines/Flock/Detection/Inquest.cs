using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Detection;

/// <summary>
/// A node to which most others fell silent may itself be the sick one, or stand in a small part of a split flock, where nobody
/// watches most of the others. It asks everybody before it accuses any.
/// </summary>
internal sealed class Inquest(FlockState state, Questions questions, Survey survey, Ears ears)
{
    /// <summary>In a view of up to this many everybody is asked at once; in a larger one only where a survey finds more than <see cref="SmallPart"/> silent.</summary>
    public const int MaxAskedAtOnce = 256;

    /// <inheritdoc cref="MaxAskedAtOnce"/>
    public const double SmallPart = 0.75;

    /// <summary>How often each is asked in a large view, so many at a time.</summary>
    public const int Sweeps = 4;

    /// <summary>It lasts so much longer than the asking of one observer: others than this node need not agree.</summary>
    public const double Care = 1.2;

    /// <summary>After an inquest none is opened for this long.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly List<NetAddress> _asked = [];
    private List<MemberRecord> _parted = [];
    private bool _isWanted;
    private long _earsFrom;
    private Instant _next;
    private Instant _closedUntil;
    private int _from;
    private int _probesLeft;

    public bool IsOpen { get; private set; }

    /// <summary>When the last one began.</summary>
    public Instant OpenedAt { get; private set; }

    public Instant Due => IsOpen ? Instant.Min(_next, survey.Due) : survey.Due;

    private TimeSpan Period => state.Options.ProbePeriod * 3;

    private bool IsLarge => state.View.ReachableCount > MaxAskedAtOnce;

    /// <summary>Begins it; <paramref name="since"/> lies back where nobody was heard since then.</summary>
    public void Open(Instant since)
    {
        if (IsOpen || _isWanted || state.Now < _closedUntil || !state.Judges)
            return;
        survey.Open();
        if (IsLarge)
            _isWanted = true;
        else
            Begin(since);
    }

    public void Drop() => (IsOpen, _isWanted) = (false, false);

    /// <summary>Those that a node in a small part of a large flock found silent: nobody but itself can say so.</summary>
    public IReadOnlyCollection<MemberRecord> TakeParted()
    {
        var parted = _parted;
        if (parted.Count > 0)
            _parted = [];
        return parted;
    }

    /// <summary>Those who stayed silent through all of it, where an inquest has just ended.</summary>
    public IReadOnlyList<Slot> Tick()
    {
        survey.Tick();
        if (!state.Judges)
            Drop();
        if (_isWanted && !survey.IsOpen)
        {
            _isWanted = false;
            if (survey.SilentPart >= SmallPart)
                Begin(state.Now);
        }
        if (!IsOpen || state.Now < _next)
            return [];
        _next = state.Now + Period;
        // Where all have been heard there is nothing more to find out, and the controls are spared the rest of it.
        return (IsOver && _probesLeft <= 0) || Round() == 0 ? Close() : [];
    }

    // Only the time counts in which somebody answered; where nobody does, this node is alone.
    private bool IsOver => state.Now - OpenedAt >= state.Options.MaxProbeTime || ears.Heard - _earsFrom >= ears.Needed * Care;

    private void Begin(Instant since)
    {
        (IsOpen, OpenedAt, _earsFrom, _from) = (true, since, ears.Heard, 0);
        ears.Open();
        _asked.Clear();
        _asked.AddRange(state.View.Reachable.Where(member => !state.IsMe(member)).Select(member => member.Address));
        _probesLeft = IsLarge ? _asked.Count * Sweeps : 0;
        _next = state.Now + Period;
        Round();
    }

    // How many it asked.
    private int Round()
    {
        var (sent, looked) = (0, 0);
        for (; looked < _asked.Count && sent < MaxAskedAtOnce; looked++, _probesLeft--)
        {
            var address = _asked[(_from + looked) % _asked.Count];
            if (IsHeard(address) || state.View.FindLive(address) is not { } slot)
                continue;
            questions.Probe(slot);
            sent++;
        }
        _from = _asked.Count == 0 ? 0 : (_from + looked) % _asked.Count;
        return sent;
    }

    private List<Slot> Close()
    {
        IsOpen = false;
        _closedUntil = state.Now + Rest;
        var silent = new List<Slot>();
        foreach (var address in _asked)
        {
            if (!IsHeard(address) && state.View.FindLive(address) is { Record.Status: RecordStatus.Alive } slot)
                silent.Add(slot);
        }
        if (_asked.Count <= MaxAskedAtOnce)
            return silent;
        _parted = [.. silent.Select(slot => slot.Record)];
        return [];
    }

    private bool IsHeard(NetAddress address) => state.View.Find(address) is { } met && met.HeardAt >= OpenedAt;
}
