namespace Crux.Simulator.Scenarios.Running;

/// <summary>How a figure is spread over nodes or seeds.</summary>
/// <param name="Median">Half are not above it.</param>
/// <param name="P99">99 of 100 are not above it.</param>
/// <param name="Max">None is above it.</param>
/// <param name="Mean">The average.</param>
public sealed record Spread(double Median, double P99, double Max, double Mean)
{
    /// <summary>Nothing measured.</summary>
    public static Spread None { get; } = new(0, 0, 0, 0);

    /// <summary>Of these figures, by nearest rank.</summary>
    public static Spread Of(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        if (sorted.Count == 0)
            return None;
        double At(double part) => sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Count) - 1, 0, sorted.Count - 1)];
        return new(At(0.5), At(0.99), sorted[^1], sorted.Average());
    }
}
