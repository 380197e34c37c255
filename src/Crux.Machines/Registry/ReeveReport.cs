namespace Crux.Machines.Registry;

/// <summary>What a reeve tells its steward.</summary>
public abstract record ReeveReport;
