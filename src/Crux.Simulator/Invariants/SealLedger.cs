namespace Crux.Simulator.Invariants;

/// <summary>The last nonce that one key sealed with. Nonces are counters: one that is not above the last was, or will be, used twice.</summary>
internal sealed class SealLedger
{
    private UInt128 _last;
    private bool _begun;

    public bool Take(UInt128 nonce)
    {
        var isFresh = !_begun || nonce > _last;
        (_last, _begun) = (nonce, true);
        return isFresh;
    }
}
