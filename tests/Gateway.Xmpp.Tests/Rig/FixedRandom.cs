namespace Ahenk.Gateway.Xmpp.Tests.Rig;

/// <summary>Always draws the same fraction of any range.</summary>
internal sealed class FixedRandom(double fraction) : Random
{
    public override double NextDouble() => fraction;

    public override float NextSingle() => (float)fraction;

    public override int Next() => (int)(int.MaxValue * fraction);

    public override int Next(int maxValue) => (int)(maxValue * fraction);

    public override int Next(int minValue, int maxValue) => minValue + (int)((maxValue - minValue) * fraction);

    public override long NextInt64() => (long)(long.MaxValue * fraction);

    public override long NextInt64(long maxValue) => (long)(maxValue * fraction);

    public override long NextInt64(long minValue, long maxValue) => minValue + (long)((maxValue - minValue) * fraction);

    protected override double Sample() => fraction;
}
