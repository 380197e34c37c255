using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// News under way: pushed to a few random members a few times, by everyone to whom it is news. What chance leaves out, the
/// comparison of views brings.
/// </summary>
internal sealed class Rumors(FlockState state, Mail mail)
{
    /// <summary>In a flock of up to this many others, everybody gets every piece of news directly.</summary>
    public const int SmallFlock = 8;

    /// <summary>Members told in one round, in a larger flock.</summary>
    public const int Fanout = 4;

    /// <summary>Rounds in which one piece of news is pushed on. Twelve copies from each node leave out one in 100,000.</summary>
    public const int Rounds = 3;

    public const int MaxRecords = 4_096;
    public const int MaxDatagramsPerRound = 8;

    private readonly Dictionary<NetAddress, int> _roundsLeft = [];
    private readonly List<NetAddress> _records = [];
    private readonly List<MemberRecord> _targets = [];
    private readonly List<(LeaderClaim Claim, int Left)> _claims = [];
    private Instant _lastRound;

    /// <summary>When the next round is due.</summary>
    public Instant Due => _records.Count == 0 && _claims.Count == 0 ? Instant.Never : _lastRound + state.Options.GossipPeriod;

    public void Tell(NetAddress address)
    {
        if (!_roundsLeft.ContainsKey(address))
        {
            if (_records.Count == MaxRecords)
                return;
            _records.Add(address);
        }
        _roundsLeft[address] = Rounds;
    }

    public void Tell(LeaderClaim claim)
    {
        _claims.RemoveAll(other => other.Claim.Leader == claim.Leader && other.Claim.Salt == claim.Salt);
        if (_claims.Count == GossipCodec.MaxClaims)
            _claims.RemoveAt(0);
        _claims.Add((claim, Rounds));
    }

    public void Tick()
    {
        if (state.Now < Due)
            return;
        _lastRound = state.Now;
        ChooseTargets();
        _records.Sort(BlockId.Order);
        var record = 0;
        for (var made = 0; made < MaxDatagramsPerRound; made++)
        {
            LeaderClaim[] claims = made == 0 ? [.. _claims.Select(entry => entry.Claim)] : [];
            if (claims.Length == 0 && record == _records.Count)
                break;
            var message = mail.Write(MessageKind.Gossip);
            GossipCodec.WriteHead(ref message, claims);
            GossipCodec.WriteRecords(ref message, state.View, _records, ref record);
            foreach (var target in _targets)
                mail.Send(target, message);
        }
        Age(record);
    }

    private void ChooseTargets()
    {
        _targets.Clear();
        if (state.View.ReachableCount <= SmallFlock + 1)
        {
            _targets.AddRange(state.View.Reachable.Where(record => !state.IsMe(record)));
            return;
        }
        while (_targets.Count < Fanout)
        {
            var record = state.View.AnyReachable(state.Random);
            if (!state.IsMe(record) && !_targets.Contains(record))
                _targets.Add(record);
        }
    }

    // Only what was sent in this round grows older; the rest has its turn in the next.
    private void Age(int records)
    {
        for (var i = _claims.Count - 1; i >= 0; i--)
        {
            var (claim, left) = _claims[i];
            if (left > 1)
                _claims[i] = (claim, left - 1);
            else
                _claims.RemoveAt(i);
        }
        var kept = 0;
        for (var i = 0; i < _records.Count; i++)
        {
            var address = _records[i];
            if (i < records && --_roundsLeft[address] == 0)
                _roundsLeft.Remove(address);
            else
                _records[kept++] = address;
        }
        _records.RemoveRange(kept, _records.Count - kept);
    }
}
