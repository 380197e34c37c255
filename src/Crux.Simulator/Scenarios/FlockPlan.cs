namespace Crux.Simulator.Scenarios;

/// <summary>A flock among those of a scenario.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bloc">Its bloc.</param>
/// <param name="Secret">Flocks of the same number share a secret.</param>
/// <param name="Share">Its part of all nodes; the shares of all flocks are weighed against each other.</param>
/// <param name="Wire">Flocks on different wires don't hear each other until a step joins the wires.</param>
public sealed record FlockPlan(string Name, string Bloc, int Secret, double Share, string Wire)
{
    /// <summary>Whether it was sealed long ago; two sealed flocks never become one.</summary>
    public bool IsSealed { get; init; }
}
