namespace Crux.Machines.Flock.Election.Fenced;

/// <summary>The fenced election in numbers. <c>docs/protocols/flock.md</c> gives the reason for each.</summary>
internal static class ElectionRules
{
    /// <summary>The most voters. Three may fail.</summary>
    public const int MaxVoters = 7;

    /// <summary>How long a voter that supported a leader gives its vote to nobody else, on its own clock.</summary>
    public static readonly TimeSpan Promise = TimeSpan.FromSeconds(4);

    /// <summary>How long a leader may act after it asked for the support that it got, on its own clock: less than the promise, by far more than clocks differ.</summary>
    public static readonly TimeSpan LeaseLife = TimeSpan.FromSeconds(3.7);

    /// <summary>Time between two rounds in which a leader asks for support, where all goes well.</summary>
    public static readonly TimeSpan RoundPeriod = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same where a majority was missing for <see cref="UneasyAfter"/>, within <see cref="Unease"/>: a leader that hears nothing for 1.6 s from the end of a round on then
    /// has as much of its lease left, longer than any of its voters hears nothing.
    /// </summary>
    public static readonly TimeSpan UneasyRoundPeriod = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc cref="UneasyRoundPeriod"/>
    public static readonly TimeSpan Unease = TimeSpan.FromMinutes(1);

    /// <summary>Longer than three tries take: at 1 % loss they seldom fail all, while a leader or voters that hear nothing for a moment do.</summary>
    public static readonly TimeSpan UneasyAfter = TimeSpan.FromMilliseconds(350);

    /// <summary>How much longer than its promise a voter waits while it sees its leader lead: a leader that nobody hears asks in vain, and resigns.</summary>
    public static readonly TimeSpan Neglect = TimeSpan.FromSeconds(8);

    /// <summary>Time after which a voter that has not answered is asked again; twice as long each time where only a change of voters waits for it.</summary>
    public static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(120);

    /// <summary>Voters whose promise ended stand at a moment within this time, so that two seldom stand at once.</summary>
    public static readonly TimeSpan StandJitter = TimeSpan.FromMilliseconds(400);

    /// <summary>How long one canvass goes on before a new one is begun; a random part of <see cref="StandJitter"/> comes on top.</summary>
    public static readonly TimeSpan CanvassLife = TimeSpan.FromMilliseconds(700);

    /// <summary>How long a voter that told one candidate it would vote for it tells no other so: what a vote takes, even with a slow disk.</summary>
    public static readonly TimeSpan LeanTime = TimeSpan.FromMilliseconds(400);

    /// <summary>How much longer those wait whom an abdicating leader did not name.</summary>
    public static readonly TimeSpan HeirsLead = TimeSpan.FromMilliseconds(200);

    /// <summary>A term further than this above the highest seen is no term: counting on from the last one would begin at zero.</summary>
    public const ulong MaxTermLeap = 1UL << 32;

    /// <summary>
    /// How far above every term that is known a refounding begins, and by chance up to as much more: the voters that were lost can't reach it by
    /// electing once a second for half a year, nor can two refoundings that knew nothing of each other begin in one term.
    /// </summary>
    public const ulong RefoundingLeap = 1UL << 24;

    /// <summary>
    /// How long a voter keeps quiet that saw terms leap so: by then the operator's order has come, for books are compared every 45 s. A liar has
    /// to go on lying.
    /// </summary>
    public static readonly TimeSpan RefoundingPatience = TimeSpan.FromSeconds(90);

    /// <summary>Letters that wait for the disk; the oldest goes where there are more, and is asked for again.</summary>
    public const int MaxHeld = 64;

    /// <summary>Rounds whose beginning a leader remembers: a lease counts from there.</summary>
    public const int MaxRounds = 8;
}
