using Crux.Machines.Registry;

namespace Crux.Machines.Tests.Registry;

/// <summary>Nodes by number, for tests: node 1 is the one that looks.</summary>
internal static class Group
{
    public const string Name = "demo";

    public static NodeId Id(int number) => new(0, (ulong)number);

    public static Member Node(int number, string rack = "") => new()
    {
        Id = Id(number), Name = $"node{number}", Address = Address(number, 23123), Incarnation = 1, Rack = rack,
    };

    public static GroupSnapshot Of(params Member[] members) => Seen(1, members);

    public static GroupSnapshot Seen(int by, params Member[] members) =>
        new() { Group = Name, Self = Id(by), Members = [.. members.OrderBy(member => member.Id)], IsSettled = true };

    public static ServiceEntry Entry(int node, string instance, string? id = null, ushort port = 4000) => new()
    {
        Node = Id(node),
        InstanceId = id ?? instance,
        Group = Name,
        Instance = InstanceName.Parse(instance),
        Address = Address(node, port),
        NodeName = $"node{node}",
        Incarnation = 1,
        KeyHash = default,
        Status = ServiceStatus.Serving,
        ValidFor = TimeSpan.FromSeconds(15),
    };

    private static NetAddress Address(int number, ushort port) => NetAddress.V4(0x0A000000 + (uint)number, port);
}
