using Crux.Machines.Registry;

namespace Crux.Services.Steward;

/// <summary>
/// What a steward's term begins with: what the node followed while another led, or, where only the lease ran out and was renewed in the
/// same term, what the steward held until then. Its entries count as unconfirmed either way.
/// </summary>
internal sealed class TermStart
{
    private Inheritance? _followed;
    private (GroupToken Token, Inheritance Held)? _lapsed;

    /// <summary>A term is about to begin here; null where the node had not heard everything.</summary>
    public void Inherit(Inheritance? followed) => _followed = followed ?? _followed;

    /// <summary>The lease has run out under this steward. One that was not ready yet knows too little to be believed.</summary>
    public void Lapse(StewardMachine? steward)
    {
        if (steward is not null)
            _lapsed = steward.Phase == StewardPhase.Ready ? (steward.Token, new Inheritance([.. steward.Entries])) : null;
    }

    /// <summary>What the term of this token begins with; null: with nothing.</summary>
    public Inheritance? Take(GroupToken token)
    {
        var start = _lapsed is { } lapsed && lapsed.Token.Lineage == token.Lineage && lapsed.Token.Term == token.Term ? lapsed.Held : _followed;
        Forget();
        return start;
    }

    /// <summary>Another node leads, or nobody.</summary>
    public void Forget() => (_followed, _lapsed) = (null, null);
}
