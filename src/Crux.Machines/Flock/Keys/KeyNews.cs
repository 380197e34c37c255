using Crux.Machines.Flock.Codec;
using Crux.Machines.Flock.Gossip;
using Crux.Machines.Flock.Membership;

namespace Crux.Machines.Flock.Keys;

/// <summary>
/// Brings a leader's notice of keys to everybody: pushed while it is new, and compared with somebody now and then for those whom chance
/// left out.
/// </summary>
internal sealed class KeyNews(FlockState state, Mail mail)
{
    /// <summary>Time between two comparisons at rest, 4 bytes a second with headers. They find nothing but what a partition kept from some.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(30);

    /// <summary>The same while a generation is on its way, and for <see cref="BusyAfter"/> from a new notice on: then those are found whom chance left out.</summary>
    public static readonly TimeSpan BusyPeriod = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="BusyPeriod"/>
    public static readonly TimeSpan BusyAfter = TimeSpan.FromSeconds(8);

    /// <summary>Rounds in which a notice is pushed, and members told in each: as other news.</summary>
    public const int PushRounds = 3;

    /// <inheritdoc cref="PushRounds"/>
    public const int Fanout = 4;

    /// <summary>Time between two rounds.</summary>
    public static readonly TimeSpan PushPeriod = TimeSpan.FromMilliseconds(60);

    /// <summary>How many members a new leader asks what they know, each time it looks.</summary>
    public const int Asked = 8;

    /// <summary>Answers to comparisons at once, and a second.</summary>
    public const int AnswerBurst = 64;

    /// <inheritdoc cref="AnswerBurst"/>
    public const double AnswersPerSecond = 64;

    // Where this node itself is drawn as often, the next time will do.
    private const int MaxDraws = 4;

    private readonly TokenBucket _answers = new(AnswerBurst, AnswersPerSecond);
    private int _pushLeft;
    private Instant _pushDue;
    private Instant _busyUntil;
    private Instant _compareDue = state.Now + state.Random.Next(QuietPeriod);

    public Instant Due => Instant.Min(_compareDue, _pushLeft > 0 ? _pushDue : Instant.Never);

    /// <summary>The notice is new.</summary>
    public void Push()
    {
        (_pushLeft, _pushDue, _busyUntil) = (PushRounds, state.Now, state.Now + BusyAfter);
        _compareDue = Instant.Min(_compareDue, state.Now + state.Random.Next(BusyPeriod));
    }

    public void Tick(KeyNotice notice, bool isBusy)
    {
        if (_pushLeft > 0 && state.Now >= _pushDue)
        {
            _pushLeft--;
            _pushDue = state.Now + PushPeriod;
            for (var i = 0; i < Math.Min(Fanout, state.View.ReachableCount); i++)
            {
                if (Anybody() is { } member)
                    SendNotice(notice, member.Address, member.Salt);
            }
        }
        if (state.Now < _compareDue)
            return;
        var period = isBusy || state.Now < _busyUntil ? BusyPeriod : QuietPeriod;
        _compareDue = state.Now + (period / 2) + state.Random.Next(period);
        if (Anybody() is { } peer)
            SendState(notice, peer.Address, peer.Salt);
    }

    /// <summary>Asks some members whether they know of anything newer.</summary>
    public void AskAround(KeyNotice? notice)
    {
        for (var i = 0; i < Asked; i++)
        {
            if (Anybody() is { } member)
                SendState(notice, member.Address, member.Salt);
        }
    }

    /// <summary>Says by which notice this node goes.</summary>
    public void SendState(KeyNotice? notice, NetAddress to, ulong salt)
    {
        var message = mail.Write(MessageKind.KeyState);
        message.UInt128(notice?.Lineage ?? 0);
        message.UInt64(notice?.Term ?? 0);
        message.UInt32(notice?.Revision ?? 0);
        message.UInt64(notice?.Digest ?? 0);
        mail.Send(to, salt, message);
    }

    /// <summary>Somebody says by which notice it goes: the one that knows less is told.</summary>
    public bool OnState(KeyNotice? mine, NetAddress from, ulong salt, ref WireReader reader)
    {
        var (lineage, term, revision, digest) = (reader.UInt128(), reader.UInt64(), reader.UInt32(), reader.UInt64());
        if (reader.Failed || !reader.AtEnd)
            return false;
        if (digest == (mine?.Digest ?? 0) || !_answers.TryTake(state.Now))
            return true;
        if (mine is null || (mine.Lineage == lineage && (term, revision).CompareTo((mine.Term, mine.Revision)) > 0))
            SendState(mine, from, salt);
        else
            SendNotice(mine, from, salt);
        return true;
    }

    /// <summary>Another member by chance; null where there is none.</summary>
    public MemberRecord? Anybody()
    {
        if (state.View.ReachableCount < 2)
            return null;
        for (var tries = 0; tries < MaxDraws; tries++)
        {
            if (state.View.AnyReachable(state.Random) is var member && member.Address != state.Self.Address)
                return member;
        }
        return null;
    }

    private void SendNotice(KeyNotice notice, NetAddress to, ulong salt)
    {
        var message = mail.Write(MessageKind.KeyNotice);
        notice.Write(ref message);
        mail.Send(to, salt, message);
    }
}
