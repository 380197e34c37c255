namespace Crux.Simulator.Network;

/// <summary>The flock's addresses from one on, by number: for what is looked up so often that an array is worth it.</summary>
internal readonly record struct AddressPlaces(NetAddress First, uint Count)
{
    /// <summary>The number of an address; false where it is another one, or of another port than the flock's.</summary>
    public bool TryFind(NetAddress address, out uint place)
    {
        var distance = address.Low - First.Low;
        place = (uint)distance;
        return address.High == First.High && address.Port == FlockSimulation.Port && distance < Count;
    }
}
