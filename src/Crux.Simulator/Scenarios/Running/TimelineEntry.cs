namespace Crux.Simulator.Scenarios.Running;

/// <summary>Something worth telling of a run.</summary>
/// <param name="Seconds">Virtual time.</param>
/// <param name="What">What happened, in words.</param>
public sealed record TimelineEntry(double Seconds, string What);
