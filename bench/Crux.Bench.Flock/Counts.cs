namespace Crux.Bench.Flock;

/// <summary>Which of many seeds a promise is about.</summary>
internal enum Counts
{
    /// <summary>The 99th of 100.</summary>
    P99,

    /// <summary>The worst.</summary>
    Worst,

    /// <summary>The least: at least so much is promised.</summary>
    Least,

    /// <summary>All together.</summary>
    Sum,
}
