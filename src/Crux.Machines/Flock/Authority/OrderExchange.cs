using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Keys;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Authority;

/// <summary>
/// Brings every order to every member: news goes to a few at once and on from there; what chance leaves out, and what newcomers
/// lack, comes by comparing books with somebody now and then.
/// </summary>
internal sealed class OrderExchange(FlockState state, Mail mail, OrderBook book)
{
    /// <summary>In a flock of up to this many others, everybody gets every order directly.</summary>
    public const int SmallFlock = 8;

    /// <summary>Members told in one round, in a larger flock, and rounds in which an order is pushed.</summary>
    public const int Fanout = 4;

    /// <inheritdoc cref="Fanout"/>
    public const int Rounds = 3;

    /// <summary>Time between two rounds of pushing.</summary>
    public static readonly TimeSpan PushPeriod = TimeSpan.FromMilliseconds(60);

    /// <summary>Orders under way at once; later ones are left to the comparison.</summary>
    public const int MaxUnderWay = 8;

    /// <summary>Time between two comparisons while members came lately, or the last one found a difference.</summary>
    public static readonly TimeSpan EagerPeriod = TimeSpan.FromSeconds(1);

    /// <summary>The same while this node has no order: there mostly is none.</summary>
    public static readonly TimeSpan EmptyPeriod = TimeSpan.FromSeconds(3);

    /// <summary>Time between two comparisons otherwise: two bytes a second.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(45);

    /// <summary>How long after a change of the view, or a difference, comparisons stay eager.</summary>
    public static readonly TimeSpan EagerFor = TimeSpan.FromSeconds(8);

    /// <summary>Datagrams with orders sent in answer, at once and a second.</summary>
    public const int AnswerBurst = 2 * OrderBook.MaxOrders;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 64;

    // What a comparison is: a question, or the answer to one. Who is not current asks to be told so by who is.
    private const byte Question = 0;
    private const byte AnswerOnly = 1;
    private const byte QuestionOfStale = 2;
    private const byte AnswerOfCurrent = 3;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private readonly List<(OperatorOrder Order, int Left)> _underWay = [];
    private readonly List<ulong> _names = [];
    private Instant _pushDue;
    private Instant _compareDue = state.Now + state.Random.Next(EagerPeriod);
    private Instant _eagerUntil;
    private int _sizeSeen = 1;
    private bool _wasStale;

    public Instant Due => Instant.Min(_underWay.Count == 0 ? Instant.Never : _pushDue, _compareDue);

    /// <summary>Begins to spread an order that this node has just taken.</summary>
    public void Tell(OperatorOrder order)
    {
        if (_underWay.Count == MaxUnderWay)
            return;
        if (_underWay.Count == 0)
            _pushDue = state.Now;
        _underWay.Add((order, Rounds));
        _eagerUntil = state.Now + EagerFor;
    }

    public void Tick()
    {
        if (_underWay.Count > 0 && state.Now >= _pushDue)
            Push();
        if (IsStale && !_wasStale)
            _compareDue = state.Now;
        _wasStale = IsStale;
        if (state.Now < _compareDue)
            return;
        var size = state.View.LiveCount;
        if (size > _sizeSeen)
            _eagerUntil = state.Now + EagerFor;
        _sizeSeen = size;
        var isEager = state.Now < _eagerUntil || IsStale;
        // Where nobody ever gave an order, nothing is asked but by those who have just found others.
        if ((isEager || book.Digest != 0) && Anybody() is { } peer)
            Compare(peer, IsStale ? QuestionOfStale : Question);
        var period = IsStale ? EagerPeriod : book.Digest == 0 ? EmptyPeriod : isEager ? EagerPeriod : QuietPeriod;
        _compareDue = state.Now + (period / 2) + state.Random.Next(period);
    }

    /// <summary>Another member's book, in names.</summary>
    /// <param name="peer">The member.</param>
    /// <param name="hasKeys">Whether it said so with the flock's keys: then it is one that was let in.</param>
    /// <param name="reader">The rest of the message.</param>
    public bool OnOrders(Slot peer, bool hasKeys, ref WireReader reader)
    {
        var what = reader.Byte();
        var isAnswer = what is AnswerOnly or AnswerOfCurrent;
        var floor = reader.UInt64();
        _names.Clear();
        for (var left = reader.Byte(); left > 0 && !reader.Failed; left--)
            _names.Add(reader.UInt64());
        if (reader.Failed || !reader.AtEnd || _names.Count > OrderBook.MaxHeld)
            return false;
        // Whose orders count is said first: those of others are refused until it is known.
        var held = Answer(peer, floor, isRoster: true) + Answer(peer, floor, isRoster: false);
        if (what == AnswerOfCurrent && hasKeys && (held == _names.Count || floor < book.Floor))
            state.Admission.Confirm();
        var tellsCurrent = what == QuestionOfStale && state.Admission.IsCurrent;
        if ((tellsCurrent || (held < _names.Count && !isAnswer)) && _answers.TryTake(state.Now))
            Compare(peer.Record, tellsCurrent ? AnswerOfCurrent : AnswerOnly);
        return true;
    }

    /// <summary>One order, from whoever has it.</summary>
    public bool OnOrder(ref WireReader reader)
    {
        if (!OperatorOrder.TryRead(reader.Take(reader.UInt16()), out var order) || !reader.AtEnd)
            return false;
        if (book.Learn(order))
            Tell(order);
        return true;
    }

    private int Answer(Slot peer, ulong floor, bool isRoster)
    {
        var held = 0;
        foreach (var order in book.Orders)
        {
            if (isRoster != order.Kind is OrderKind.Operators or OrderKind.Uphold)
                continue;
            if (_names.Contains(OrderBook.NameOf(order)))
                held++;
            else if (OrderBook.MayBeNews(order, floor) && _answers.TryTake(state.Now))
                Send(peer.Record, order);
        }
        return held;
    }

    private void Push()
    {
        _pushDue = state.Now + PushPeriod;
        var others = state.View.ReachableCount - 1;
        for (var i = _underWay.Count - 1; i >= 0; i--)
        {
            var (order, left) = _underWay[i];
            if (others <= SmallFlock)
            {
                foreach (var member in state.View.Reachable)
                {
                    if (!state.IsMe(member))
                        Send(member, order);
                }
            }
            else
            {
                for (var told = 0; told < Fanout; told++)
                {
                    if (Anybody() is { } peer)
                        Send(peer, order);
                }
            }
            if (left > 1)
                _underWay[i] = (order, left - 1);
            else
                _underWay.RemoveAt(i);
        }
    }

    // It has keys, and may not know yet whom the operator shut out.
    private bool IsStale => state.Gate.Ring.Active is not null && !state.Admission.IsCurrent;

    private MemberRecord? Anybody()
    {
        if (state.View.ReachableCount < 2)
            return null;
        var chosen = state.View.AnyReachable(state.Random);
        return state.IsMe(chosen) ? null : chosen;
    }

    private void Compare(MemberRecord peer, byte what)
    {
        var message = mail.Write(MessageKind.Orders);
        message.Byte(what);
        message.UInt64(book.Floor);
        message.Byte((byte)book.Orders.Count);
        foreach (var order in book.Orders)
            message.UInt64(OrderBook.NameOf(order));
        mail.Send(peer, message);
    }

    private void Send(MemberRecord peer, OperatorOrder order)
    {
        var message = mail.Write(MessageKind.Order);
        message.UInt16((ushort)order.Raw.Length);
        message.Bytes(order.Raw.Span);
        mail.Send(peer, message);
    }
}
