namespace Crux.Machines.Flock.Membership;

/// <summary>A pair that this node holds for proven, and what it has still to do about it.</summary>
internal sealed class CloneCase(ClonePair pair, Instant now)
{
    public ClonePair Pair { get; set; } = pair;

    /// <summary>When the one that stays was last seen in the view.</summary>
    public Instant KeptAt { get; set; } = now;

    /// <summary>When the other is taken out of the view, if it has not gone by itself.</summary>
    public Instant EndsAt { get; set; } = now + Clones.Grace;

    public bool IsEnded { get; set; }

    public int RoundsLeft { get; set; } = Clones.Rounds;

    public Instant RoundDue { get; set; } = now;
}
