namespace Crux.Simulator.Scenarios.Running;

/// <summary>How far convergence had come at a moment.</summary>
/// <param name="Seconds">Virtual time.</param>
/// <param name="Running">Nodes that ran.</param>
/// <param name="Full">Nodes that saw as many members as they should.</param>
public readonly record struct ConvergencePoint(double Seconds, int Running, int Full);
