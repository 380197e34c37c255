namespace Crux.Simulator.Anchors;

/// <summary>One statement about one member.</summary>
/// <param name="Subject">Whom it is about.</param>
/// <param name="Incarnation">The subject's incarnation.</param>
/// <param name="From">Who says so first: suspicions of different accusers confirm each other.</param>
/// <param name="Kind">What is said.</param>
internal readonly record struct Rumor(int Subject, int Incarnation, int From, RumorKind Kind);
