namespace Crux.Machines.Registry;

/// <summary>An entry that the registry takes out.</summary>
/// <param name="Entry">As it was last.</param>
/// <param name="Kind">How it went.</param>
/// <param name="Reason">Why, in words.</param>
internal readonly record struct GoneEntry(ServiceEntry Entry, DepartureKind Kind, string Reason)
{
    public const string LeftView = "its node has left the flock";
    public const string NotNamed = "its node does not name it any more";
    public const string NotBack = "its node was started again, and it did not come back";
    public const string NoRoom = "the registry is full";

    public static GoneEntry Failed(ServiceEntry entry, string reason) => new(entry, DepartureKind.Failed, reason);
}
