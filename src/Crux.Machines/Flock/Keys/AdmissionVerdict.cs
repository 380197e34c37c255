namespace Crux.Machines.Flock.Keys;

/// <summary>What an operator said of a node.</summary>
/// <param name="Sequence">Of the order.</param>
/// <param name="MayJoin">Whether it is let in.</param>
/// <param name="IsFirm">It was said by who may say whom to trust, and as that: a revocation, or its undoing.</param>
internal readonly record struct AdmissionVerdict(ulong Sequence, bool MayJoin, bool IsFirm)
{
    /// <summary>Whether this one counts where the other was heard before: which of the two came first must make no difference.</summary>
    public bool Overrides(AdmissionVerdict before)
    {
        // Firm against firm, or neither: the later; of two at once the refusal.
        if (IsFirm == before.IsFirm)
            return Sequence != before.Sequence ? Sequence > before.Sequence : before.MayJoin && !MayJoin;
        return IsFirm;
    }
}
