using System.Collections.Immutable;
using Crux.Protos;

namespace Crux.Client.Connect;

/// <summary>
/// What is on offer for one selector. A restarted reeve that hasn't heard from the steward yet takes nothing away: what it
/// doesn't know is kept until the steward is ready or the hold has passed. Single-threaded.
/// </summary>
internal sealed class OfferBook(TimeSpan hold)
{
    /// <summary>More than this many offers of one selector are not read.</summary>
    public const int MaxOffers = 4096;

    private ImmutableArray<Offering> _held = [];
    private ImmutableArray<Offering> _told = [];
    private TimeSpan _heldUntil;
    private ulong _revision;

    public ImmutableArray<Offering> Offers { get; private set; } = [];

    public StewardState Steward { get; private set; }

    /// <summary>When what a new reeve doesn't know is given up; null where nothing is held.</summary>
    public TimeSpan? HoldEnds => _held.Length > 0 ? _heldUntil : null;

    /// <summary>What the reeve had to say, for people.</summary>
    public string Note { get; private set; } = "";

    /// <summary>Takes an answer; false where it is older than what stands here.</summary>
    /// <param name="isNewReeve">The first answer after a silence: revisions start anew.</param>
    /// <param name="now">Monotonic.</param>
    public bool TryApply(FindReply reply, bool isNewReeve, TimeSpan now)
    {
        if (isNewReeve)
        {
            _held = Offers;
            _heldUntil = now + hold;
        }
        else if (reply.Revision < _revision)
        {
            return false;
        }
        _revision = reply.Revision;
        Steward = reply.Steward;
        Note = reply.Note;
        if (reply.Steward == StewardState.Ready || now >= _heldUntil)
            _held = [];
        var fresh = reply.Offers.Take(MaxOffers).Select(Offering.TryRead).OfType<Offering>().ToList();
        var listed = reply.Offers.Where(offer => offer.Entry is not null).Select(offer => offer.Entry.Address).ToHashSet(StringComparer.Ordinal);
        _told = [.. fresh];
        Offers = [.. fresh, .. _held.Where(old => !listed.Contains(old.Address.ToString()) && fresh.TrueForAll(offer => offer.Id != old.Id))];
        return true;
    }

    /// <summary>Gives up what was held, once its time has come; true where something was.</summary>
    public bool TryEndHold(TimeSpan now)
    {
        if (_held.Length == 0 || now < _heldUntil)
            return false;
        _held = [];
        Offers = _told;
        return true;
    }
}
