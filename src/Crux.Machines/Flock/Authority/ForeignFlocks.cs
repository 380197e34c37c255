using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Events;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// The other flocks of this secret that are near. Whoever meets one raises an alarm and tells the members, who raise theirs; of the
/// strangers nothing is kept but their name.
/// </summary>
internal sealed class ForeignFlocks(FlockState state, Mail mail, Beacons beacons)
{
    /// <summary>Flocks remembered. With the secret one can make up any number of names; the one not met for longest is forgotten.</summary>
    public const int MaxFlocks = 16;

    /// <summary>Time between two alarms about the same flock. Once would be overlooked, always would be switched off.</summary>
    public static readonly TimeSpan AlarmPeriod = TimeSpan.FromMinutes(1);

    /// <summary>Alarms in one minute, over all flocks: names that are made up must not drown the others.</summary>
    public const int MaxAlarmsPerMinute = 16;

    /// <summary>Members told in one round, and rounds: sixteen copies left out one of a hundred nodes in one meeting of 10,000, for half a minute.</summary>
    public const int Fanout = 4;

    /// <inheritdoc cref="Fanout"/>
    public const int Rounds = 6;

    public static readonly TimeSpan PushPeriod = TimeSpan.FromMilliseconds(100);

    private readonly TokenBucket _alarms = new(MaxAlarmsPerMinute, MaxAlarmsPerMinute / 60.0);
    private readonly List<(ForeignSighting Flock, Instant MetAt, Instant AlarmDue)> _met = [];
    private readonly List<(ForeignSighting Flock, int Left)> _underWay = [];
    private Instant _pushDue;

    public Instant Due => _underWay.Count == 0 ? Instant.Never : _pushDue;

    /// <summary>The flocks met, the last one last.</summary>
    public IEnumerable<ForeignSighting> Met => _met.Select(entry => entry.Flock);

    /// <summary>Looks at a HELLO that is none for this flock; true where it names another of the same secret, which should hear of this one too.</summary>
    public bool Look(NetAddress from, ReadOnlySpan<byte> datagram) => beacons.Read(from, datagram) is { } sighting && Learn(sighting);

    /// <summary>What a member met.</summary>
    public bool OnForeign(ref WireReader reader)
    {
        var sighting = new ForeignSighting(At: reader.Address(), Uuid: reader.UInt128(), Bloc: reader.Text(NameRules.MaxLength), Flock: reader.Text(NameRules.MaxLength));
        if (reader.Failed || !reader.AtEnd || !NameRules.Holds(sighting.Bloc) || !NameRules.Holds(sighting.Flock))
            return false;
        Learn(sighting);
        return true;
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        _pushDue = state.Now + PushPeriod;
        for (var i = _underWay.Count - 1; i >= 0; i--)
        {
            var (flock, left) = _underWay[i];
            for (var told = 0; told < Fanout && state.View.ReachableCount > 1; told++)
            {
                var peer = state.View.AnyReachable(state.Random);
                if (state.IsMe(peer))
                    continue;
                var message = mail.Write(MessageKind.Foreign);
                message.Address(flock.At);
                message.UInt128(flock.Uuid);
                message.Text(flock.Bloc);
                message.Text(flock.Flock);
                mail.Send(peer, message);
            }
            if (left > 1)
                _underWay[i] = (flock, left - 1);
            else
                _underWay.RemoveAt(i);
        }
    }

    // True where it is worth a word: the first time, and once a minute while it goes on.
    private bool Learn(ForeignSighting sighting)
    {
        // Not a stranger: a member that was sealed a moment before or after this node.
        if (sighting.Bloc == state.Bloc && sighting.Flock == state.Flock && (sighting.Uuid == state.Uuid || sighting.Uuid == 0 || state.Uuid == 0))
            return false;
        var place = _met.FindIndex(entry => entry.Flock.IsSameFlock(sighting));
        var alarmDue = place < 0 ? state.Now : _met[place].AlarmDue;
        if (place >= 0)
            _met.RemoveAt(place);
        else if (_met.Count == MaxFlocks)
            _met.RemoveAt(0);
        var isDue = state.Now >= alarmDue && _alarms.TryTake(state.Now);
        _met.Add((sighting, state.Now, isDue ? state.Now + AlarmPeriod : alarmDue));
        if (!isDue)
            return false;
        state.Raise(new ForeignFlock(sighting, state.Uuid));
        if (_underWay.Count == 0)
            _pushDue = state.Now;
        if (_underWay.Count < MaxFlocks)
            _underWay.Add((sighting, Rounds));
        return true;
    }
}
