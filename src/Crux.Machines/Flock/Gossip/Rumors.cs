using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Election;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Gossip;

/// <summary>
/// News under way: pushed to a few random members a few times, by everyone to whom it is news. In a large flock records are
/// passed on a few times only, until a fifth or so has them: the comparison of views brings the rest for less.
/// </summary>
internal sealed class Rumors(FlockState state, Mail mail)
{
    /// <summary>In a flock of up to this many others, everybody gets every piece of news directly.</summary>
    public const int SmallFlock = 8;

    /// <summary>Up to this many members, everybody to whom a record is news passes it on.</summary>
    public const int MediumFlock = 64;

    /// <summary>Beyond so many members there is always news while the flock forms: rounds and comparisons take more of it along, less often.</summary>
    public const int LargeFlock = 1_024;

    /// <summary>Members told in one round, in a flock that is not small.</summary>
    public const int Fanout = 4;

    /// <summary>Rounds in which one piece of news is pushed on. Twelve copies from each node leave out one in 100,000.</summary>
    public const int Rounds = 3;

    /// <summary>The part of a large flock that a record is pushed to.</summary>
    public const double PushedPart = 0.25;

    public const int MaxRecords = 4_096;

    /// <summary>Blocks for whose news there is memory at hand.</summary>
    public const int MaxReserve = 32;

    public const int MaxDatagramsPerRound = 8;

    // In the order of their blocks.
    private readonly List<BlockNews> _news = [];
    private readonly Stack<BlockNews> _reserve = [];
    private int _count;

    // Of the block whose turn it is, in this round.
    private SlotSet _told;
    private readonly List<MemberRecord> _targets = [];
    private readonly List<(LeaderClaim Claim, int Left)> _claims = [];
    private Instant _lastRound;

    /// <summary>When the next round is due.</summary>
    public Instant Due => _count == 0 && _claims.Count == 0 ? Instant.Never : _lastRound + Period;

    /// <summary>When a record of a live member last came in that is to be passed on: somebody has just joined.</summary>
    public Instant FreshAt { get; private set; } = state.Now - TimeSpan.FromMinutes(1);

    /// <summary>How often a record that comes from here is passed on.</summary>
    public int HopsFromHere
    {
        get
        {
            var members = state.View.LiveCount;
            if (members <= MediumFlock)
                return GossipCodec.Everywhere;
            // A newcomer shows itself to two that welcome it and to those it asks for the parts of the view: as many trees.
            var trees = 2 + (members / ViewExchange.HungryPartMembers);
            var tree = PushedPart * members / trees;
            return Math.Clamp((int)Math.Round(Math.Log(tree * (Fanout - 1) / Fanout, Fanout)), 1, GossipCodec.Everywhere - 1);
        }
    }

    // A leader's claim doesn't wait.
    private TimeSpan Period => state.View.LiveCount <= MediumFlock || _claims.Count > 0 ? state.Options.GossipPeriod
        : state.View.LiveCount <= LargeFlock ? 2 * state.Options.GossipPeriod : 4 * state.Options.GossipPeriod;

    /// <summary>Passes a record on, and has it passed on so many times in all.</summary>
    public void Tell(NetAddress address, int hops)
    {
        if (hops > 0 && state.View.FindBlock(BlockId.Of(address)) is { } block)
            Tell(block, BlockId.SlotOf(address), hops);
    }

    /// <inheritdoc cref="Tell(NetAddress, int)"/>
    public void Tell(ViewBlock block, int slot, int hops)
    {
        if (hops <= 0)
            return;
        if (block.Live.Has(slot))
            FreshAt = state.Now;
        var news = block.News;
        if (news?.Has(slot) != true)
        {
            if (_count == MaxRecords)
                return;
            _count++;
            news ??= NewsOf(block);
        }
        news.Tell(slot, hops, state.View.LiveCount <= MediumFlock ? Rounds : 1);
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
        var (next, hops) = (0, GossipCodec.Everywhere);
        _told = default;
        for (var made = 0; made < MaxDatagramsPerRound; made++)
        {
            LeaderClaim[] claims = made == 0 && _claims.Count > 0 ? [.. _claims.Select(entry => entry.Claim)] : [];
            if (claims.Length == 0 && next == _news.Count)
                break;
            var message = mail.Write(MessageKind.Gossip);
            GossipCodec.WriteHead(ref message, claims);
            WriteRecords(ref message, ref next, ref hops);
            foreach (var target in _targets)
                mail.Send(target, message);
        }
        AgeClaims();
        Forget();
    }

    // What was sent grows older; the rest has its turn in the next round.
    private void WriteRecords(ref WireWriter message, ref int next, ref int hops)
    {
        var cursor = default(BlockCursor);
        for (; next < _news.Count; (next, hops, _told) = (next + 1, GossipCodec.Everywhere, default))
        {
            var news = _news[next];
            for (; hops > 0; hops--)
            {
                var slots = news.WithHops(hops).Without(_told);
                // A record that was forgotten meanwhile is no news.
                var rest = slots.And(news.Block!.Held);
                if (!rest.IsEmpty)
                    RecordSection.Write(ref message, ref cursor, news.Block, ref rest, hops == GossipCodec.Everywhere ? hops : hops - 1);
                var told = slots.Without(rest);
                _told.Add(told);
                _count -= news.Age(told);
                if (!rest.IsEmpty)
                    return;
            }
        }
    }

    private BlockNews NewsOf(ViewBlock block)
    {
        var news = _reserve.TryPop(out var used) ? used : new BlockNews();
        (news.Block, block.News) = (block, news);
        var (low, high) = (0, _news.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _news[middle].Block!.Id.CompareTo(block.Id) < 0 ? (middle + 1, high) : (low, middle);
        }
        _news.Insert(low, news);
        return news;
    }

    private void Forget()
    {
        var kept = 0;
        for (var i = 0; i < _news.Count; i++)
        {
            var news = _news[i];
            if (!news.IsEmpty)
            {
                _news[kept++] = news;
                continue;
            }
            (news.Block!.News, news.Block) = (null, null);
            if (_reserve.Count < MaxReserve)
                _reserve.Push(news);
        }
        _news.RemoveRange(kept, _news.Count - kept);
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

    private void AgeClaims()
    {
        for (var i = _claims.Count - 1; i >= 0; i--)
        {
            var (claim, left) = _claims[i];
            if (left > 1)
                _claims[i] = (claim, left - 1);
            else
                _claims.RemoveAt(i);
        }
    }
}
