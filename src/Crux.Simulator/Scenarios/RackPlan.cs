namespace Crux.Simulator.Scenarios;

/// <summary>Machines that share a rack, and when its power comes on.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Share">Its part of all nodes; the shares of all racks are weighed against each other.</param>
/// <param name="At">When the first machine may start.</param>
/// <param name="Over">Machines start evenly spread over this span; negative: not by themselves.</param>
public sealed record RackPlan(string Name, double Share, TimeSpan At, TimeSpan Over);
